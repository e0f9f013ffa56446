import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from "fastify";
import { addBodyParsers } from "./body-parsers.js";
import { checkQuery } from "./check-query.js";
import type { ProblemFilter } from "./problem.filter.js";
import { ProblemError } from "./problem-error.js";
import { checkMediaType, checkOrigin } from "./request-checks.js";
import type { RouteTable } from "./route-table.js";
import { securityHeaders } from "./security-headers.js";
import { writeProblem } from "./write-problem.js";

/** What the HTTP server is made with. Errors of its router go the same way as all others. */
export function httpOptions(filter: ProblemFilter): FastifyServerOptions & { skipMiddie: boolean } {
  return {
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
  /** Since when answers have been made of what was last known of the store; null while it answers. */
  staleSince: () => string | null;
}

/** Puts before every route what holds for all of them. */
export function prepareFastify(fastify: FastifyInstance, { routes, staleSince }: Parts): void {
  addBodyParsers(fastify);
  fastify.addHook("onRoute", ({ url, method }) => routes.add(url, Array.isArray(method) ? method : [method]));
  fastify.addHook("onRequest", (request, reply, done) => {
    void reply.headers(securityHeaders(request.url));
    const since = staleSince();
    if (since !== null && request.url.startsWith("/api/")) void reply.header(STALE_SINCE, since);
    try {
      checkOrigin(request.raw);
      checkMediaType(request);
      checkQuery(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** What is no HTTP never becomes a request; whoever sent it still gets an answer of the usual form. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  writeProblem(socket, new ProblemError("Malformed", "this is not an HTTP request that can be read"));
}
