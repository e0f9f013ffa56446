import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { Name } from "@ratchet/contracts";
import type { Streams } from "../context.js";
import { CtlError, UsageError } from "../ctl-error.js";

export const DEFAULT_FOLDER = "ratchet-credentials";
const ALWAYS = ["localhost", "127.0.0.1", "::1"];

export interface InitOptions {
  dir: string;
  host: string[];
  days: number;
}

/** Makes a folder with authority, certificate and tokens. */
export async function init(streams: Streams, { dir, host, days }: InitOptions, nodes: readonly string[]) {
  checkNodes(nodes);
  const hosts = hostsOf(host);
  const { makeFolder } = await folder();
  await told(() => makeFolder(dir, { hosts, days, nodes }));
  streams.out(
    `${dir}: authority, a certificate for ${hosts.join(", ")}, and tokens\n` +
      `  the API:    --tls-cert ${join(dir, "server.crt")} --tls-key ${join(dir, "server.key")} --tokens ${join(dir, "tokens.json")}\n` +
      `  a node:     ratchetctl init node NAME --dir ${dir}; its agent: --api-ca ${join(dir, "ca.crt")} --token-file NAME.token\n` +
      `  ratchetctl: . ${join(dir, "ratchetctl.env")}; the page asks for what is in ${join(dir, "operator.token")}\n` +
      `Keep ${join(dir, "ca.key")} away from the machines that serve.\n`,
  );
}

/** Gives nodes their join tokens, or takes them back. */
export async function initNodes(streams: Streams, names: readonly string[], dir: string, isRevoked: boolean) {
  checkNodes(names);
  const { addNodes, removeNodes } = await folder();
  if (isRevoked) {
    await told(() => removeNodes(dir, names));
    streams.out(`${names.join(", ")}: not good any more once the API has the new ${join(dir, "tokens.json")}\n`);
    return;
  }
  for (const path of await told(() => addNodes(dir, names))) streams.out(`${path}\n`);
}

/** Makes a new certificate of the same authority. */
export async function initServer(streams: Streams, { dir, host, days }: InitOptions) {
  const hosts = hostsOf(host);
  const { renewServer } = await folder();
  await told(() => renewServer(dir, { hosts, days }));
  streams.out(`${join(dir, "server.crt")}: for ${hosts.join(", ")}, ${days} days\n`);
}

/** Replaces a token. */
export async function initToken(streams: Streams, role: "operator" | "replica" | "metrics", dir: string) {
  const { renewToken } = await folder();
  await told(() => renewToken(dir, role));
  streams.out(`${join(dir, `${role}.token`)}\n`);
}

/** Makes what docker-compose.yml needs. */
export async function initCompose(streams: Streams, options: InitOptions & { name?: string; vtep?: string }) {
  const { dir, host, days } = options;
  const vtep = options.vtep ?? ownAddress();
  const node = options.name ?? (hostname().toLowerCase().split(".", 1)[0] || "node");
  checkNodes([node]);
  if (isIP(vtep) === 0) throw new UsageError(`--vtep ${vtep} is no address`);
  if (process.getuid?.() !== 0)
    throw new CtlError("init compose needs root: each file belongs to the user that reads it");
  const hosts = hostsOf(host);
  const { makeComposeFolder, makeFolder } = await folder();
  const file = await told(async () => {
    if (!existsSync(join(dir, "ca.key"))) await makeFolder(dir, { hosts, days, nodes: [node] });
    return makeComposeFolder(dir, { hosts, days, node, vtep });
  });
  streams.out(`${file}\n  docker-compose --env-file ${file} up -d\n`);
}

/** Prints the Secrets that the manifests in deploy/ name; the authority's key is not among them. */
export async function initSecrets(streams: Streams, dir: string, namespace: string) {
  const { FILES, nodesOf, read } = await folder();
  const text = await told(() => {
    const object = (kind: string, name: string, data: Record<string, string>, type?: string) => ({
      apiVersion: "v1",
      kind,
      ...(type === undefined ? {} : { type }),
      metadata: { name, namespace },
      ...(kind === "Secret" ? { stringData: data } : { data }),
    });
    const tls = { "tls.crt": read(dir, FILES.server), "tls.key": read(dir, FILES.serverKey) };
    const joins = nodesOf(dir).map((node) => [node, read(dir, FILES.node(node))]);
    const items = [
      object("ConfigMap", "ratchet-ca", { "ca.crt": read(dir, FILES.authority) }),
      object("Secret", "ratchet-api-tls", tls, "kubernetes.io/tls"),
      object("Secret", "ratchet-api-tokens", { "tokens.json": read(dir, FILES.tokens) }),
      object("Secret", "ratchet-replica-token", { "replica.token": read(dir, FILES.replica) }),
      object("Secret", "ratchet-join-tokens", Object.fromEntries(joins)),
    ];
    return JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2);
  });
  streams.out(`${text}\n`);
}

// Loaded only here: the other verbs start faster without X.509.
const folder = () => import("@ratchet/credentials");

async function told<T>(run: () => T | Promise<T>): Promise<T> {
  const { FolderError } = await folder();
  try {
    return await run();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof FolderError || code !== undefined) throw new CtlError((error as Error).message);
    throw error;
  }
}

/** The first address of this host that is not its loopback's. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
  if (own === undefined) throw new UsageError("--vtep is needed: this host has no address beside loopback's");
  return own.address;
}

function checkNodes(names: readonly string[]): void {
  for (const name of names) {
    if (!Name.safeParse(name).success) throw new UsageError(`${name} is no node name: it must be an RFC 1123 label`);
  }
}

function hostsOf(given: readonly string[]): string[] {
  for (const host of given) {
    // RFC 1123, section 2.1; one leading * as in RFC 6125, section 6.4.3.
    const isName = /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/i.test(host);
    if (isIP(host) === 0 && !isName) throw new UsageError(`--host ${host} is neither a host name nor an address`);
  }
  const names = given.length === 0 ? [hostname().toLowerCase()] : given;
  return [...new Set([...names, ...ALWAYS])];
}
