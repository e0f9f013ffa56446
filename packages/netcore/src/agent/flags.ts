import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import { CNI_STATE_DIR, InterfaceName, IpAddress, Name } from "@ratchet/contracts";
import type { AgentConfig } from "./config.js";

export type Invocation =
  | { verb: "run" | "cleanup" | "panel"; config: AgentConfig }
  | { verb: "help" | "version" }
  | { verb: "refuse"; problems: string[] };

const OPTIONS = {
  node: { type: "string" },
  label: { type: "string", multiple: true },
  vtep: { type: "string" },
  parent: { type: "string" },
  api: { type: "string", multiple: true },
  "api-ca": { type: "string" },
  "token-file": { type: "string" },
  data: { type: "string" },
  installation: { type: "string" },
  panel: { type: "string" },
  "netns-prefix": { type: "string" },
  "vxlan-port": { type: "string" },
  "lab-file": { type: "string" },
  "allow-foreign-sandboxes": { type: "boolean" },
  "cni-socket": { type: "string" },
  "cni-state": { type: "string" },
  kubeconfig: { type: "string" },
  "use-labels": { type: "string" },
  "resync-seconds": { type: "string" },
  "event-buffer-kib": { type: "string" },
  cleanup: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

export const USAGE = `usage: main.js [cleanup|panel] [flags]

The agent of one node: makes the ports, tunnels and wires the API assigns, reports what the kernel has.
Every flag may come from the environment instead: --vxlan-port as RATCHET_VXLAN_PORT, several values comma-separated.

  --node NAME                 name of this node
  --label KEY=VALUE           label of this node; may be repeated
  --vtep ADDRESS              this node's tunnel address
  --parent INTERFACE          interface the tunnels ride on (default: the one that has the address of --vtep)
  --api URL                   unix:PATH, https://HOST:PORT or http://HOST:PORT; may be repeated: the next when one fails
  --api-ca FILE               PEM of the authority that signed the API's certificate
  --token-file FILE           first line: the join token of this node
  --data FOLDER               private folder for state and programs' files
  --installation ID           what marks this installation's own objects
  --panel NAME                name of the panel's network namespace
  --netns-prefix PREFIX       managed pods' namespaces are PREFIX.<namespace>.<pod>
  --vxlan-port PORT           UDP port of the tunnels (4789)
  --lab-file FILE             JSON: sysctls, routes and programs of managed pods
  --allow-foreign-sandboxes   accept pods given by netns, path or pid
  --cni-socket PATH           serve the CNI executable on this unix socket
  --cni-state FOLDER          where the CNI executable notes what found no agent (${CNI_STATE_DIR})
  --kubeconfig FILE           watch this node's pods in Kubernetes; in-cluster = by the own service account
  --use-labels true|false     whether the prototype's labels of Kubernetes pods count (true)
  --resync-seconds N          full pass every N seconds, 0 = never (30)
  --event-buffer-kib N        room for the kernel's notifications (16384)
  --cleanup, cleanup          remove everything of this installation from this node, then exit
  panel                       make the panel's namespace, then exit: for an init container that may mount on the host
  --help, --version
`;

/** Reads flags, then `RATCHET_*`; reports every problem at once, by name and never by value. */
export function parseFlags(
  argv: string[],
  env: NodeJS.ProcessEnv,
  carriers: (address: string) => string | undefined = interfaceWith,
): Invocation {
  const problems: string[] = [];
  let values: Record<string, string | boolean | string[] | undefined> = {};
  let positionals: string[] = [];
  try {
    ({ values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true }));
  } catch (error) {
    return { verb: "refuse", problems: [(error as Error).message] };
  }
  if (values.help === true) return { verb: "help" };
  if (values.version === true) return { verb: "version" };
  for (const word of positionals)
    if (word !== "cleanup" && word !== "panel") problems.push(`unknown verb ${JSON.stringify(word)}`);
  const isPanel = positionals.includes("panel");
  const isCleanup = values.cleanup === true || positionals.includes("cleanup");
  if (isPanel && isCleanup) problems.push("panel and cleanup exclude each other");

  const text = (flag: keyof typeof OPTIONS): string | undefined => {
    const given = values[flag];
    if (typeof given === "string") return given;
    return env[`RATCHET_${flag.replaceAll("-", "_").toUpperCase()}`];
  };
  const required = (flag: keyof typeof OPTIONS, check?: (value: string) => string | undefined): string => {
    const value = text(flag);
    if (value === undefined || value === "") {
      problems.push(`--${flag} is needed`);
      return "";
    }
    const problem = check?.(value);
    if (problem !== undefined) problems.push(`--${flag} ${problem}`);
    return value;
  };
  const whole = (flag: keyof typeof OPTIONS, fallback: number, min: number, max: number): number => {
    const value = text(flag);
    if (value === undefined) return fallback;
    if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
    problems.push(`--${flag} must be a whole number from ${min} to ${max}`);
    return fallback;
  };
  const absolute = (flag: keyof typeof OPTIONS): string | undefined => {
    const value = text(flag);
    if (value !== undefined && !value.startsWith("/")) problems.push(`--${flag} must be an absolute path`);
    return value;
  };
  const isTrue = (flag: keyof typeof OPTIONS, otherwise: boolean): boolean => {
    const value = text(flag) ?? String(otherwise);
    if (value !== "true" && value !== "false") problems.push(`--${flag} must be true or false`);
    return value === "true";
  };
  const unlessPanel = (flag: keyof typeof OPTIONS, check?: (value: string) => string | undefined): string =>
    isPanel ? (text(flag) ?? "") : required(flag, check);
  const unlessCleanup = (flag: keyof typeof OPTIONS, check?: (value: string) => string | undefined): string =>
    isCleanup ? (text(flag) ?? "") : unlessPanel(flag, check);

  const vtepAddress = unlessCleanup("vtep", schemaProblem(IpAddress));
  const carrierOf = (address: string): string => {
    // Of an address that is none it has been said already.
    if (isCleanup || isPanel || isIP(address) === 0) return "";
    const found = carriers(address);
    if (found === undefined) problems.push("--parent is needed: no interface here has the address of --vtep");
    return found ?? "";
  };
  const config: AgentConfig = {
    node: unlessCleanup("node", schemaProblem(Name)),
    labels: readLabels(values.label as string[] | undefined, env.RATCHET_LABEL, problems),
    vtepAddress,
    parentInterface:
      text("parent") === undefined ? carrierOf(vtepAddress) : unlessCleanup("parent", schemaProblem(InterfaceName)),
    apis: readApis(values.api as string[] | undefined, env.RATCHET_API, isCleanup || isPanel, problems),
    apiCa: absolute("api-ca"),
    tokenFile: absolute("token-file"),
    dataFolder: unlessPanel("data"),
    installationId: unlessPanel("installation", installationProblem),
    panelName: required("panel", netnsNameProblem),
    netnsPrefix: unlessPanel("netns-prefix", netnsNameProblem),
    vxlanPort: whole("vxlan-port", 4789, 1, 65535),
    labFile: text("lab-file"),
    allowsForeignSandboxes: values["allow-foreign-sandboxes"] === true || env.RATCHET_ALLOW_FOREIGN_SANDBOXES === "1",
    eventBufferKib: whole("event-buffer-kib", 16_384, 4, 1_048_576),
    cniSocket: absolute("cni-socket"),
    cniState: absolute("cni-state") ?? CNI_STATE_DIR,
    kubeconfig: text("kubeconfig"),
    usesLabels: isTrue("use-labels", true),
    resyncSeconds: whole("resync-seconds", 30, 0, 86_400),
  };
  // The agent removes namespaces of that form which belong to no pod.
  if (!isPanel && config.panelName.startsWith(`${config.netnsPrefix}.`) && namesPod(config)) {
    problems.push("--panel must not have the form of a managed pod's namespace: --netns-prefix and two words");
  }
  if (config.tokenFile !== undefined && config.apis.some(isClearText)) {
    problems.push(
      "--token-file needs --api with https://, unless the API is on this machine: others could read the token",
    );
  }
  if (problems.length > 0) return { verb: "refuse", problems };
  return { verb: isCleanup ? "cleanup" : isPanel ? "panel" : "run", config };
}

interface Checkable {
  safeParse(value: unknown): { success: true } | { success: false; error: { issues: { message: string }[] } };
}

function schemaProblem(schema: Checkable): (value: string) => string | undefined {
  return (value) => {
    const result = schema.safeParse(value);
    return result.success ? undefined : result.error.issues.map((issue) => issue.message).join("; ");
  };
}

function apiProblem(value: string): string | undefined {
  if (/^unix:.+/.test(value)) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && (url.protocol === "http:" || url.protocol === "https:")) return undefined;
  return "must be unix:PATH, https://HOST:PORT or http://HOST:PORT";
}

function readApis(
  flags: string[] | undefined,
  env: string | undefined,
  isCleanup: boolean,
  problems: string[],
): string[] {
  const apis = flags ?? env?.split(",").filter((part) => part !== "") ?? [];
  if (apis.length === 0 && !isCleanup) problems.push("--api is needed");
  const problem = isCleanup ? undefined : apis.map(apiProblem).find((found) => found !== undefined);
  if (problem !== undefined) problems.push(`--api ${problem}`);
  return apis;
}

/** The interface of this namespace that has an address. */
function interfaceWith(address: string): string | undefined {
  const wanted = new BlockList();
  wanted.addAddress(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  const has = ({ address: own, family }: { address: string; family: string }) =>
    wanted.check(own, family === "IPv6" ? "ipv6" : "ipv4");
  return Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some(has))?.[0];
}

function namesPod({ panelName, netnsPrefix }: AgentConfig): boolean {
  return panelName.slice(netnsPrefix.length + 1).split(".").length === 2;
}

function isClearText(api: string): boolean {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  return url?.protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}

function installationProblem(value: string): string | undefined {
  return /^[A-Za-z0-9._-]{1,64}$/.test(value) ? undefined : "must be 1-64 letters, digits, '.', '_' or '-'";
}

function netnsNameProblem(value: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(value) ? undefined : "must be a name as `ip netns list` prints it";
}

function readLabels(flags: string[] | undefined, env: string | undefined, problems: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of flags ?? env?.split(",").filter((part) => part !== "") ?? []) {
    const equals = pair.indexOf("=");
    if (equals < 1) problems.push("--label must be KEY=VALUE");
    else labels[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return labels;
}
