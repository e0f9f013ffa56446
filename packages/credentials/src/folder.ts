import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type TokenEntry, TokenList } from "@ratchet/contracts";
import { type KeyPair, makeAuthority, signServer } from "./authority.js";
import { makeToken } from "./token.js";

const AUTHORITY_DAYS = 3650;

/** Where everything lies in the folder; the folder is 0700, each file 0600. */
export const FILES = {
  authority: "ca.crt",
  authorityKey: "ca.key",
  server: "server.crt",
  serverKey: "server.key",
  tokens: "tokens.json",
  operator: "operator.token",
  replica: "replica.token",
  metrics: "metrics.token",
  environment: "ratchetctl.env",
  node: (name: string) => join("nodes", `${name}.token`),
} as const;

/** The folder cannot be used for what was asked; nothing was changed. */
export class FolderError extends Error {}

export interface NewFolder {
  /** Host names and addresses under which API processes are reached. */
  hosts: readonly string[];
  /** How long the server's certificate is good. */
  days: number;
  nodes?: readonly string[];
}

/**
 * Writes an authority, a server's certificate and tokens into a new folder, whole or not at all.
 *
 * @throws FolderError when the folder is there and not empty
 */
export async function makeFolder(path: string, { hosts, days, nodes = [] }: NewFolder): Promise<void> {
  const folder = resolve(path);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new FolderError(`${path} is there already and not empty: init makes a new folder and never replaces one`);
  }
  mkdirSync(dirname(folder), { recursive: true });
  const making = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const authority = await makeAuthority("Ratchet CA", AUTHORITY_DAYS);
    write(making, FILES.authority, authority.certificate);
    write(making, FILES.authorityKey, authority.key);
    writeServer(making, await signServer(authority, hosts, days));
    const entries: TokenEntry[] = [];
    for (const role of ["operator", "replica", "metrics"] as const) {
      const { text, entry } = makeToken({ role });
      write(making, FILES[role], `${text}\n`);
      entries.push(entry);
    }
    entries.push(...writeNodes(making, nodes));
    writeTokens(making, entries);
    write(making, FILES.environment, environment(folder));
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Gives nodes a join token each; one that has one already is given another, and the older is not good any more.
 * Returns the files written.
 *
 * @throws FolderError
 */
export function addNodes(folder: string, names: readonly string[]): string[] {
  const others = readTokens(folder).filter((entry) => entry.role !== "node" || !names.includes(entry.node));
  writeTokens(folder, [...others, ...writeNodes(folder, names)]);
  return names.map((name) => join(folder, FILES.node(name)));
}

/** Takes the join tokens of nodes back. @throws FolderError when one of them has none */
export function removeNodes(folder: string, names: readonly string[]): void {
  const entries = readTokens(folder);
  const known = new Set(entries.flatMap((entry) => (entry.role === "node" ? [entry.node] : [])));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new FolderError(`${folder} has no token of node ${unknown}`);
  writeTokens(
    folder,
    entries.filter((entry) => entry.role !== "node" || !names.includes(entry.node)),
  );
  for (const name of names) rmSync(join(folder, FILES.node(name)), { force: true });
}

/** Replaces the token of a role; the older is not good any more. @throws FolderError */
export function renewToken(folder: string, role: "operator" | "replica" | "metrics"): void {
  const others = readTokens(folder).filter((entry) => entry.role !== role);
  const { text, entry } = makeToken({ role });
  writeTokens(folder, [...others, entry]);
  write(folder, FILES[role], `${text}\n`);
}

/** Makes a new certificate for the server, of the same authority. @throws FolderError */
export async function renewServer(folder: string, { hosts, days }: NewFolder): Promise<void> {
  const authority = { certificate: read(folder, FILES.authority), key: read(folder, FILES.authorityKey) };
  writeServer(folder, await signServer(authority, hosts, days));
}

/** The names of the nodes that have a join token. @throws FolderError */
export function nodesOf(folder: string): string[] {
  return readTokens(folder).flatMap((entry) => (entry.role === "node" ? [entry.node] : []));
}

/** What a file of the folder says. @throws FolderError */
export function read(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new FolderError(`${join(folder, file)} cannot be read (${code}): ratchetctl init makes the folder`);
  }
}

function readTokens(folder: string): TokenEntry[] {
  try {
    return TokenList.parse(JSON.parse(read(folder, FILES.tokens))).tokens;
  } catch (error) {
    if (error instanceof FolderError) throw error;
    throw new FolderError(`${join(folder, FILES.tokens)} is no list of tokens that ratchetctl wrote`);
  }
}

function writeNodes(folder: string, names: readonly string[]): TokenEntry[] {
  return [...new Set(names)].map((node) => {
    const { text, entry } = makeToken({ role: "node", node });
    write(folder, FILES.node(node), `${text}\n`);
    return entry;
  });
}

function writeTokens(folder: string, tokens: TokenEntry[]): void {
  write(folder, FILES.tokens, `${JSON.stringify({ version: 1, tokens } satisfies TokenList, null, 2)}\n`);
}

// The key first: a server that looks in between refuses the pair and keeps the one it has.
function writeServer(folder: string, { certificate, key }: KeyPair): void {
  write(folder, FILES.serverKey, key);
  write(folder, FILES.server, `${certificate.trimEnd()}\n`);
}

function environment(folder: string): string {
  const quoted = (file: string) => `'${join(folder, file).replaceAll("'", "'\\''")}'`;
  return (
    "# . ratchetctl.env, and name the API in RATCHET_SERVER=https://HOST:PORT\n" +
    `export RATCHET_CA=${quoted(FILES.authority)}\nexport RATCHET_TOKEN_FILE=${quoted(FILES.operator)}\n`
  );
}

/** Replaces a file at once, so that nobody reads half of it, and never readable by others in between. */
export function write(folder: string, file: string, content: string): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}.new`;
  rmSync(next, { force: true });
  writeFileSync(next, content, { mode: 0o600, flag: "wx" });
  renameSync(next, path);
}
