import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** What the server shows, PEM, and what can be read of it. */
export interface ServerCertificate {
  cert: string;
  key: string;
  expiresAtMs: number;
  /** Whether it is made for this host name or address. */
  isFor(host: string): boolean;
}

/** Checks that both can be used, together and now. @throws Error that names what is wrong, never what is in the files */
export function readServerCertificate(cert: string, key: string, nowMs: number): ServerCertificate {
  const certificate = attempt("--tls-cert is no certificate in PEM", () => new X509Certificate(cert));
  const privateKey = attempt("--tls-key is no private key in PEM without a passphrase", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error("--tls-key is not the key of --tls-cert");
  const expiresAtMs = certificate.validToDate.getTime();
  if (expiresAtMs <= nowMs) {
    throw new Error(
      `--tls-cert ran out at ${certificate.validToDate.toISOString()}: ratchetctl init server makes a new one`,
    );
  }
  return {
    cert,
    key,
    expiresAtMs,
    isFor: (host) =>
      (isIP(host) === 0 ? certificate.checkHost(host, { subject: "never" }) : certificate.checkIP(host)) !== undefined,
  };
}

function attempt<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new Error(problem);
  }
}
