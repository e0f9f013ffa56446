import { readFileSync } from "node:fs";
import type { ClientOptions } from "ws";

/** Files of what a replica shows to the others, and what it asks of their certificates. */
export interface PeerFiles {
  peerCa?: string;
  peerTokenFile?: string;
}

/** What the connection to another replica is opened with. */
export type PeerDial = Pick<ClientOptions, "ca" | "headers">;

/**
 * Reads the files; at each dial, so that new ones need no restart.
 *
 * @throws Error that names the flag, never what is in its file
 */
export function peerDial(url: string, { peerCa, peerTokenFile }: PeerFiles): PeerDial {
  const ca = peerCa === undefined ? undefined : read("--peer-ca", peerCa);
  const token = peerTokenFile === undefined ? undefined : read("--peer-token-file", peerTokenFile).trim();
  if (token !== undefined && !/^[\x21-\x7e]{1,256}$/.test(token)) throw new Error("--peer-token-file has no token");
  // The address comes from the store: what is written there must not make this replica tell its token in the clear.
  if (token !== undefined && !/^https:/.test(url)) throw new Error("--peer-url of the other replica is not https://");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  };
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${flag} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
}
