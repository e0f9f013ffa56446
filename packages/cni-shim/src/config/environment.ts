import { CNI_ERROR, CNI_NAME_PATTERN } from "@ratchet/contracts/cni-names";
import { CniError } from "../error.js";

export type Environment = Readonly<Record<string, string | undefined>>;

export const COMMANDS = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"] as const;
export type Command = (typeof COMMANDS)[number];

type Variable = "CNI_CONTAINERID" | "CNI_NETNS" | "CNI_IFNAME" | "CNI_PATH";

/** CNI SPEC 1.1, section 2, "CNI operations": what each command needs. */
const NEEDS: Record<Command, readonly Variable[]> = {
  ADD: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
  CHECK: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
  DEL: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"],
  GC: ["CNI_PATH"],
  STATUS: ["CNI_PATH"],
  VERSION: [],
};

/** The pod as a Kubernetes runtime names it in CNI_ARGS. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

export interface Attachment {
  readonly containerId: string;
  readonly ifName: string;
  /** Absent in a DEL whose namespace is gone. */
  readonly netns?: string;
  /** Absent outside Kubernetes: such a pod cannot be Ratchet's. */
  readonly pod?: PodIdentity;
}

export function readCommand(env: Environment): Command {
  const command = env.CNI_COMMAND;
  if (command === undefined || command === "") throw missing(["CNI_COMMAND"]);
  if (!COMMANDS.includes(command as Command)) {
    throw invalid("CNI_COMMAND is unknown", `it must be one of ${COMMANDS.join(", ")}`);
  }
  return command as Command;
}

/** Throws with code 4, naming all that is missing at once. */
export function needVariables(command: Command, env: Environment): void {
  const lacking = NEEDS[command].filter((name) => (env[name] ?? "") === "");
  if (lacking.length > 0) throw missing(lacking);
}

/** Of ADD, DEL and CHECK. */
export function readAttachment(env: Environment): Attachment {
  const containerId = env.CNI_CONTAINERID ?? "";
  if (!CNI_NAME_PATTERN.test(containerId) || containerId.length > 200) {
    throw invalid(
      "CNI_CONTAINERID is not a container id",
      "it must begin with a letter or digit and go on with at most 199 letters, digits, '_', '.' or '-'",
    );
  }
  const ifName = env.CNI_IFNAME ?? "";
  const problem = ifNameProblem(ifName);
  if (problem !== undefined) throw invalid("CNI_IFNAME is not an interface name", problem);
  const netns = env.CNI_NETNS ?? "";
  if (netns !== "" && !netns.startsWith("/")) throw invalid("CNI_NETNS is not an absolute path", "");
  const pod = readPod(env.CNI_ARGS ?? "");
  return {
    containerId,
    ifName,
    ...(netns === "" ? {} : { netns }),
    ...(pod === undefined ? {} : { pod }),
  };
}

export function pluginFolders(env: Environment): string[] {
  return (env.CNI_PATH ?? "").split(":").filter((folder) => folder !== "");
}

/** `dev_valid_name`, net/core/dev.c. */
function ifNameProblem(name: string): string | undefined {
  if (new TextEncoder().encode(name).length > 15) return "it must have at most 15 bytes";
  if (/[/:\s]/.test(name)) return "it must not have '/', ':' or space";
  if (name === "." || name === "..") return "it must not be '.' or '..'";
  return undefined;
}

function readPod(text: string): PodIdentity | undefined {
  const args = new Map<string, string>();
  for (const pair of text.split(";")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    if (at < 1) throw invalid("CNI_ARGS is malformed", "it must be KEY=VALUE pairs joined by ';'");
    args.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const namespace = args.get("K8S_POD_NAMESPACE") ?? "";
  const name = args.get("K8S_POD_NAME") ?? "";
  const uid = args.get("K8S_POD_UID") ?? "";
  if (namespace === "" || name === "") return undefined;
  // They become parts of a URL and of file names.
  for (const [key, value] of [
    ["K8S_POD_NAMESPACE", namespace],
    ["K8S_POD_NAME", name],
    ["K8S_POD_UID", uid],
  ] as const) {
    if (value !== "" && (!CNI_NAME_PATTERN.test(value) || value.length > 253)) {
      throw invalid(`CNI_ARGS: ${key} is not a Kubernetes name`, "");
    }
  }
  return uid === "" ? { namespace, name } : { namespace, name, uid };
}

function missing(names: readonly string[]): CniError {
  return new CniError(
    CNI_ERROR.invalidEnvironment,
    `${names.join(", ")} missing in the environment`,
    "the runtime sets it",
  );
}

function invalid(message: string, details: string): CniError {
  return new CniError(CNI_ERROR.invalidEnvironment, message, details);
}
