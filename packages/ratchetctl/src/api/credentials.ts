import { readFileSync } from "node:fs";
import { UsageError } from "../ctl-error.js";
import type { ServerAddress } from "./server-address.js";

export interface CredentialFiles {
  caFile: string | undefined;
  tokenFile: string | undefined;
}

/**
 * Adds what is shown to the API and what is asked of its certificate.
 *
 * @throws UsageError when a file cannot be read, or the token would go over the network in the clear
 */
export function withCredentials(server: ServerAddress, { caFile, tokenFile }: CredentialFiles): ServerAddress {
  if (server.socketPath !== undefined) return server;
  const isEncrypted = server.base.protocol === "https:";
  const token = tokenFile === undefined ? undefined : read("--token-file", tokenFile).split("\n", 1)[0]?.trim();
  if (token !== undefined && !/^[\x21-\x7e]{1,256}$/.test(token)) {
    throw new UsageError(`--token-file ${tokenFile}: its first line is no token`);
  }
  if (token !== undefined && !isEncrypted && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(server.base.hostname)) {
    throw new UsageError(`--server ${server.text}: a token is sent over https:// only, unless to this machine`);
  }
  const ca = caFile === undefined || !isEncrypted ? undefined : read("--ca", caFile);
  return { ...server, ...(ca === undefined ? {} : { ca }), ...(token === undefined ? {} : { token }) };
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${flag} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** What goes into the headers of every request. */
export function authorization({ token }: ServerAddress): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

const CERTIFICATE_PROBLEMS: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: "another authority signed its certificate: --ca or RATCHET_CA names the right one",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate signs itself: --ca or RATCHET_CA may name it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "another authority signed its certificate: --ca or RATCHET_CA names the right one",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "another authority signed its certificate: --ca or RATCHET_CA names the right one",
  CERT_SIGNATURE_FAILURE: "another authority signed its certificate: --ca or RATCHET_CA names the right one",
  CERT_HAS_EXPIRED: "its certificate has run out: ratchetctl init server makes a new one",
  CERT_NOT_YET_VALID: "its certificate is not good yet: is the clock of this machine right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for other names: ratchetctl init server --host makes one",
  EPROTO: "it does not speak TLS: is it http://?",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS: is it http://?",
};

/** What an error of TLS means to an operator; undefined when it is none. */
export function tlsProblem(error: NodeJS.ErrnoException): string | undefined {
  return error.code === undefined ? undefined : CERTIFICATE_PROBLEMS[error.code];
}
