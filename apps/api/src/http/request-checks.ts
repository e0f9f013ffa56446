import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import type { ServerCertificate } from "../access/server-certificate.js";
import { APPLY_PATH, isYaml, RUNS_PATH } from "./body-parsers.js";
import { unsupportedMediaType } from "./problem.filter.js";
import { ProblemError } from "./problem-error.js";
import { isFromUnixSocket } from "./unix-connections.js";

/** Asked under whatever name or address a load balancer knows; the answer is the same for everybody. */
const HEALTH_PATHS = new Set(["/healthz", "/readyz"]);
const OWN_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Refuses what a web page elsewhere could make a browser send (DNS rebinding, cross-site requests). With a certificate
 * its names are the server's own too.
 *
 * @throws ProblemError Forbidden
 */
export function checkOrigin(request: IncomingMessage, certificate?: ServerCertificate): void {
  if (isFromUnixSocket(request)) return;
  // Of two the parser keeps the first, and who stands between may have looked at the other (RFC 9112, section 3.2).
  if (request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === "host").length > 1) {
    throw new ProblemError("Malformed", "there is more than one Host header");
  }
  const host = request.headers.host ?? "";
  const isHealth = HEALTH_PATHS.has(request.url ?? "");
  if (!isHealth && !isOwnHost(host, certificate)) {
    const names = `${[...OWN_HOSTS].join(", ")}${certificate === undefined ? "" : " and the names of its certificate"}`;
    throw new ProblemError("Forbidden", `Host is ${host || "missing"}: this API answers to ${names} only`);
  }
  const { origin } = request.headers;
  if (
    origin !== undefined &&
    origin.toLowerCase() !== `${certificate === undefined ? "http" : "https"}://${host.toLowerCase()}`
  ) {
    throw new ProblemError("Forbidden", `Origin is ${origin}: only pages that this server gave out may use its API`);
  }
}

function isOwnHost(host: string, certificate: ServerCertificate | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(host.toLowerCase())?.[1] ?? "";
  if (OWN_HOSTS.has(name) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)) return true;
  return name !== "" && certificate?.isFor(name.replace(/^\[|\]$/g, "")) === true;
}

/**
 * Refuses a body whose media type the method does not take, before it is read.
 *
 * @throws ProblemError UnsupportedMediaType
 */
export function checkMediaType(request: FastifyRequest): void {
  const { method, headers } = request;
  if (method !== "POST" && method !== "PUT" && method !== "PATCH") return;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  const encoding = headers["content-encoding"];
  if (hasBody && encoding !== undefined && encoding !== "identity") {
    throw new ProblemError("UnsupportedMediaType", `Content-Encoding is ${encoding}: send the body as it is`);
  }
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!hasBody && type === "") return;
  const isTaken =
    type === "application/json" ||
    (method === "PATCH" && type === "application/merge-patch+json") ||
    ([APPLY_PATH, RUNS_PATH].includes(request.routeOptions.url ?? "") && isYaml(type));
  if (!isTaken) throw unsupportedMediaType(request);
}
