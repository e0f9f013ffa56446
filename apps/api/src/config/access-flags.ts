import type { GateFiles } from "../access/gate.js";

export const ACCESS_USAGE = `  --tls-cert FILE      PEM of the certificate to show, with --tls-key; read again when it changes, and at SIGHUP
  --tls-key FILE       PEM of its key
  --tokens FILE        list of the tokens that are good, as ratchetctl init writes it; read again as well
`;

export const ACCESS_FLAGS = {
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  tokens: { type: "string" },
} as const;

/** Reads what guards the API; a problem is added to `problems`, by name and never by value. */
export function readAccessFlags(
  given: (name: keyof typeof ACCESS_FLAGS) => string | undefined,
  problems: string[],
): GateFiles {
  const [tlsCert, tlsKey, tokens] = [given("tls-cert"), given("tls-key"), given("tokens")];
  if ((tlsCert === undefined) !== (tlsKey === undefined)) problems.push("--tls-cert and --tls-key go together");
  return {
    ...(tlsCert === undefined ? {} : { tlsCert }),
    ...(tlsKey === undefined ? {} : { tlsKey }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

/** Whether it may be reached from elsewhere: encrypted, and with tokens. */
export function isGuarded({ tlsCert, tlsKey, tokens }: GateFiles): boolean {
  return tlsCert !== undefined && tlsKey !== undefined && tokens !== undefined;
}
