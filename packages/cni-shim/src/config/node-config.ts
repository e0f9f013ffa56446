import {
  CNI_DEADLINE_SECONDS,
  CNI_DEADLINE_SECONDS_MAX,
  CNI_ERROR,
  CNI_NAME_PATTERN,
  CNI_SOCKET_PATH,
  CNI_STATE_DIR,
} from "@ratchet/contracts/cni-names";
import { CniError } from "../error.js";
import { type CniVersion, configVersion } from "./version.js";

export type JsonObject = Record<string, unknown>;

/** The configuration of another plugin inside ours. */
export interface DelegateConfig {
  readonly type: string;
  readonly cniVersion: CniVersion;
  /** As written, for the plugin itself. */
  readonly raw: JsonObject;
}

export interface NodeConfig {
  readonly cniVersion: CniVersion;
  readonly name: string;
  /** For pods that are not Ratchet's. */
  readonly delegate?: DelegateConfig;
  /** For Ratchet's pods, before the wires. */
  readonly bootNetwork?: DelegateConfig;
  readonly useLabels: boolean;
  readonly agentSocket: string;
  readonly stateDir: string;
  readonly kubeconfig?: string;
  readonly deadlineMs: number;
  /** As written. */
  readonly prevResult?: JsonObject;
  readonly validAttachments?: ReadonlyArray<{ containerID: string; ifname: string }>;
  /** What the runtime adds for capabilities, for the delegates. */
  readonly runtimeConfig?: unknown;
}

/** Throws with code 6 for what is no JSON object. */
export function decodeConfig(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CniError(CNI_ERROR.decode, "the network configuration on stdin is not JSON");
  }
  if (isObject(value)) return value;
  throw new CniError(CNI_ERROR.decode, "the network configuration on stdin is not a JSON object");
}

/**
 * By hand, because loading a schema library costs more than the rest of a run.
 *
 * Takes what CniNodeConfig of the contracts takes; a test holds the two together.
 * All that is wrong is said at once, with code 7; a version we do not speak comes first, with code 1.
 */
export function readConfig(raw: JsonObject): NodeConfig {
  const cniVersion = configVersion(raw.cniVersion, "cniVersion");
  const problems: string[] = [];
  const check = (isGood: boolean, problem: string) => {
    if (!isGood) problems.push(problem);
  };

  const { name, type, deadline_seconds: deadlineSeconds } = raw;
  check(
    typeof name === "string" && CNI_NAME_PATTERN.test(name),
    "name: needed; a letter or digit, then letters, digits, '_', '.' or '-'",
  );
  check(typeof type === "string" && type !== "", "type: needed");
  for (const key of ["etcd_host", "child_path", "parent_interface", "parent_address"]) {
    check(raw[key] === undefined || typeof raw[key] === "string", `${key}: must be a string`);
  }
  check(["undefined", "string", "number"].includes(typeof raw.etcd_port), "etcd_port: must be a string");
  check(["undefined", "boolean"].includes(typeof raw.use_labels), "use_labels: must be true or false");
  for (const key of ["agent_socket", "state_dir", "kubeconfig"]) {
    check(raw[key] === undefined || isAbsolute(raw[key]), `${key}: must be an absolute path`);
  }
  check(
    deadlineSeconds === undefined ||
      (typeof deadlineSeconds === "number" && deadlineSeconds >= 1 && deadlineSeconds <= CNI_DEADLINE_SECONDS_MAX),
    `deadline_seconds: must be a number from 1 to ${CNI_DEADLINE_SECONDS_MAX}`,
  );
  check(raw.prevResult === undefined || isObject(raw.prevResult), "prevResult: must be an object");
  const attachments = raw["cni.dev/valid-attachments"];
  check(
    attachments === undefined || isAttachmentList(attachments),
    "cni.dev/valid-attachments: must be a list of {containerID, ifname}",
  );
  const delegate = readDelegate(raw.delegate, "delegate", cniVersion, problems);
  const bootNetwork = readDelegate(raw.boot_network, "boot_network", cniVersion, problems);

  if (problems.length > 0) {
    throw new CniError(CNI_ERROR.invalidConfig, "the network configuration is wrong", problems.join("; "));
  }
  return {
    cniVersion,
    name: name as string,
    useLabels: raw.use_labels !== false,
    agentSocket: (raw.agent_socket as string | undefined) ?? CNI_SOCKET_PATH,
    stateDir: (raw.state_dir as string | undefined) ?? CNI_STATE_DIR,
    deadlineMs: ((deadlineSeconds as number | undefined) ?? CNI_DEADLINE_SECONDS) * 1000,
    ...(delegate === undefined ? {} : { delegate }),
    ...(bootNetwork === undefined ? {} : { bootNetwork }),
    ...(raw.kubeconfig === undefined ? {} : { kubeconfig: raw.kubeconfig as string }),
    ...(raw.prevResult === undefined ? {} : { prevResult: raw.prevResult as JsonObject }),
    ...(isAttachmentList(attachments) ? { validAttachments: attachments } : {}),
    ...(raw.runtimeConfig === undefined ? {} : { runtimeConfig: raw.runtimeConfig }),
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readDelegate(
  value: unknown,
  field: string,
  outer: CniVersion,
  problems: string[],
): DelegateConfig | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    problems.push(`${field}: must be the configuration of a plugin`);
    return undefined;
  }
  const { type, name } = value;
  if (typeof type !== "string" || !/^[^/\s]+$/.test(type) || type === "." || type === "..") {
    problems.push(`${field}.type: must be the name of an executable in CNI_PATH`);
    return undefined;
  }
  if (type === "ratchet") problems.push(`${field}.type: must be another plugin than ratchet`);
  if (name !== undefined && typeof name !== "string") problems.push(`${field}.name: must be a string`);
  const own = value.cniVersion === undefined ? outer : configVersion(value.cniVersion, `${field}.cniVersion`);
  return { type, cniVersion: own, raw: value };
}

function isAbsolute(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("/");
}

function isAttachmentList(value: unknown): value is Array<{ containerID: string; ifname: string }> {
  const isAttachment = (item: unknown) =>
    isObject(item) && typeof item.containerID === "string" && typeof item.ifname === "string";
  return Array.isArray(value) && value.every(isAttachment);
}
