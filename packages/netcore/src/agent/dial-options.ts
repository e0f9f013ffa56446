import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ClientOptions } from "ws";

/** Files of what an agent shows and what it asks of the API's certificate. */
export interface DialFiles {
  apiCa: string | undefined;
  tokenFile: string | undefined;
}

/**
 * What the WebSocket is opened with. Read at each dial, so that a new token or authority needs no restart.
 *
 * @throws Error that names the flag whose file cannot be used, never what is in it
 */
export function dialOptions({ apiCa, tokenFile }: DialFiles): Pick<ClientOptions, "ca" | "headers"> {
  const ca = apiCa === undefined ? undefined : read("--api-ca", apiCa);
  if (ca !== undefined && !isCertificate(ca)) throw new Error("--api-ca is no certificate in PEM");
  const token = tokenFile === undefined ? undefined : read("--token-file", tokenFile).split("\n", 1)[0]?.trim();
  if (token !== undefined && !/^[\x21-\x7e]{1,256}$/.test(token)) {
    throw new Error("--token-file has no token in its first line: ratchetctl init node NAME makes one");
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  };
}

const WRONG_AUTHORITY = "another authority than that of --api-ca signed the API's certificate";
const PROBLEMS: Record<string, string> = {
  401: "the API does not know this node's join token: ratchetctl init node NAME makes one",
  403: "the API refuses: --token-file is no join token of a node, or --api is not a name of the API's own",
  SELF_SIGNED_CERT_IN_CHAIN: WRONG_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: WRONG_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WRONG_AUTHORITY,
  CERT_SIGNATURE_FAILURE: WRONG_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: "the API's certificate signs itself: --api-ca may name it",
  CERT_HAS_EXPIRED: "the API's certificate has run out: ratchetctl init server makes a new one",
  CERT_NOT_YET_VALID: "the API's certificate is not good yet: is the clock of this node right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "the API's certificate is for other names than that of --api",
  EPROTO: "what listens at --api does not speak TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "what listens at --api does not speak TLS",
};

/** What a failed dial means when dialling again does not mend it; undefined otherwise. */
export function dialProblem(error: NodeJS.ErrnoException): string | undefined {
  // Package ws has words alone for it (lib/websocket.js).
  const [, status] = /^Unexpected server response: (\d{3})$/.exec(error.message) ?? [];
  return PROBLEMS[status ?? error.code ?? ""];
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${flag} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
