import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from "fastify";
import { isOpenRoute, routeRefusal } from "../access/doors.js";
import type { Gate } from "../access/gate.js";
import { addBodyParsers } from "./body-parsers.js";
import { checkQuery } from "./check-query.js";
import type { ProblemFilter } from "./problem.filter.js";
import { ProblemError } from "./problem-error.js";
import { checkMediaType, checkOrigin } from "./request-checks.js";
import type { RouteTable } from "./route-table.js";
import { securityHeaders } from "./security-headers.js";
import { writeProblem } from "./write-problem.js";

/** What the HTTP server is made with. Errors of its router go the same way as all others. */
export function httpOptions(filter: ProblemFilter, gate: Gate): FastifyServerOptions & { skipMiddie: boolean } {
  const { certificate } = gate;
  return {
    ...(certificate === undefined ? {} : { https: tlsOptions(certificate) }),
    skipMiddie: true,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket),
    // A name that is too long is not there, as any other; how long a request line may be is the parser's to say.
    routerOptions: { maxParamLength: 65_536 },
    frameworkErrors: (error, request, reply) =>
      filter.answer(error, request as unknown as FastifyRequest, reply as unknown as FastifyReply),
  };
}

/** Says of an answer that it shows what was last known. */
const STALE_SINCE = "X-Ratchet-Stale-Since";

interface Parts {
  routes: RouteTable;
  gate: Gate;
  /** Since when answers have been made of what was last known of the store; null while it answers. */
  staleSince: () => string | null;
}

/** Puts before every route what holds for all of them. */
export function prepareFastify(fastify: FastifyInstance, { routes, gate, staleSince }: Parts): void {
  addBodyParsers(fastify);
  fastify.addHook("onRoute", ({ url, method }) => routes.add(url, Array.isArray(method) ? method : [method]));
  fastify.addHook("onRequest", (request, reply, done) => {
    void reply.headers(securityHeaders(request.url));
    const since = staleSince();
    if (since !== null && request.url.startsWith("/api/")) void reply.header(STALE_SINCE, since);
    try {
      checkOrigin(request.raw, gate.certificate);
      checkToken(request, reply, gate);
      checkMediaType(request);
      checkQuery(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** TLS 1.2 is what the oldest clients in support speak (RFC 9325, section 3.1.1). */
export function tlsOptions({ cert, key }: { cert: string; key: string }) {
  return { cert, key, minVersion: "TLSv1.2" } as const;
}

/** Also gives a session that is in use a longer life. @throws ProblemError Unauthorized, Forbidden */
function checkToken(request: FastifyRequest, reply: FastifyReply, gate: Gate): void {
  const route = request.is404 ? undefined : request.routeOptions.url;
  if (isOpenRoute(route, request.url)) return;
  const identity = gate.identify(request.raw);
  const refusal = routeRefusal(identity, route, request.method);
  if (refusal !== undefined) throw new ProblemError("Forbidden", refusal);
  if (identity.role !== "operator" || request.headers.authorization !== undefined) return;
  const session = gate.sessionOf(request.raw);
  const entry = gate.operator(identity.tokenId);
  if (session === undefined || entry === undefined || !gate.sessions.isOld(session, Date.now())) return;
  void reply.header("Set-Cookie", gate.sessions.begin(entry, Date.now()).cookie);
}

/** What is no HTTP never becomes a request; whoever sent it still gets an answer of the usual form. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  writeProblem(socket, new ProblemError("Malformed", "this is not an HTTP request that can be read"));
}
