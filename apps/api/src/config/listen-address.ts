export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * Reads `HOST:PORT`. Unless the API is guarded loopback alone is taken: whoever reaches the port may do everything.
 *
 * @throws Error whose message says what is wrong with it
 */
export function parseListenAddress(text: string, isGuarded = false): ListenAddress {
  const found = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host === undefined || host === "" || port > 65535) {
    throw new Error("must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080");
  }
  if (!isGuarded && !isLoopback(host)) {
    throw new Error(
      "is not a loopback address (127.0.0.0/8 or ::1): without --tls-cert, --tls-key and --tokens (ratchetctl init makes them) everyone who reached it could rewire the pods",
    );
  }
  return { host, port };
}

function isLoopback(host: string): boolean {
  if (host === "::1") return true;
  const octets = host.split(".");
  return (
    octets.length === 4 &&
    octets[0] === "127" &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)
  );
}
