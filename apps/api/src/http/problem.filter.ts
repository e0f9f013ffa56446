import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HistoryError } from "../history/history-error.js";
import type { Logger } from "../logger.js";
import { StoreError } from "../store/store-error.js";
import { endAfterAnswer } from "./linger.js";
import { ProblemError } from "./problem-error.js";
import type { RouteTable } from "./route-table.js";
import type { WebPage } from "./web-page.js";
import { PROBLEM_MEDIA_TYPE } from "./write-problem.js";

/** Seconds after which what is away now may be back. */
const RETRY_AFTER = "2";
const SOCKET_PATHS = new Set(["/api/v1/stream", "/api/v1/agent"]);

/** The one place where an error becomes an answer. Causes go to the log, never to the body. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #routes: RouteTable;
  readonly #log: Logger;
  readonly #page: WebPage | undefined;

  constructor(routes: RouteTable, log: Logger, page?: WebPage) {
    this.#routes = routes;
    this.#log = log;
    this.#page = page;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (isUnrouted(error) && this.#answerUnrouted(request, reply)) return;
    const problem = this.#problemOf(error, request);
    if (problem.status >= 500) {
      this.#log.error({ err: error, method: request.method, url: request.url }, "a request failed");
    }
    // Nobody reads a half-sent answer's second status line.
    if (reply.sent) return;
    if (hasMoreToCome(request)) endAfterAnswer(request, reply);
    void reply
      .status(problem.status)
      .headers({ ...(problem.code === "Unavailable" ? { "Retry-After": RETRY_AFTER } : {}), ...problem.headers })
      .type(PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify(problem.toProblem()));
  }

  /** What the router knows no handler for may still have an answer. */
  #answerUnrouted(request: FastifyRequest, reply: FastifyReply): boolean {
    const allowed = this.#routes.methodsOf(pathOf(request));
    if (allowed.length === 0) return this.#page?.answer(request, reply) ?? false;
    if (request.method !== "OPTIONS") return false;
    void reply.status(204).header("Allow", allowed.join(", ")).send();
    return true;
  }

  #problemOf(error: unknown, request: FastifyRequest): ProblemError {
    if (error instanceof ProblemError) return error;
    if (error instanceof StoreError && error.code === "Full") {
      return new ProblemError("Unavailable", "the disk of the store is full: nothing was changed", { cause: error });
    }
    if (error instanceof StoreError) {
      const detail = "the store did not answer in time: look whether what was asked for was done, then try again";
      return new ProblemError("Unavailable", detail, { cause: error });
    }
    if (error instanceof HistoryError) {
      return new ProblemError("Unavailable", "the data cannot be read or written now: try again", { cause: error });
    }
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    const message = error instanceof Error ? error.message : "";
    if (status === 404) return this.#notFound(request);
    if (status === 413)
      return new ProblemError("TooLarge", `the body is larger than ${limitOf(request)}: send less at once`);
    if (status === 415) return unsupportedMediaType(request);
    if (status !== undefined && status >= 400 && status < 500) return new ProblemError("Malformed", message);
    return new ProblemError("Internal", "the server failed to answer: see its log", { cause: error });
  }

  #notFound(request: FastifyRequest): ProblemError {
    const path = pathOf(request);
    const allowed = this.#routes.methodsOf(path);
    if (SOCKET_PATHS.has(path)) {
      return new ProblemError("UpgradeRequired", `${path} is a WebSocket: open it with ws://`, {
        headers: { Upgrade: "websocket" },
      });
    }
    if (allowed.length === 0) return new ProblemError("NotFound", `there is nothing at ${path}`);
    return new ProblemError(
      "MethodNotAllowed",
      `${request.method} is not available at ${path}: ${allowed.join(", ")}`,
      {
        headers: { Allow: allowed.join(", ") },
      },
    );
  }
}

export function unsupportedMediaType(request: FastifyRequest): ProblemError {
  const given = request.headers["content-type"] ?? "none";
  const wanted = request.method === "PATCH" ? "application/merge-patch+json or application/json" : "application/json";
  const also = request.url.startsWith("/api/v1/apply") ? " or application/yaml" : "";
  return new ProblemError("UnsupportedMediaType", `Content-Type is ${given}: use ${wanted}${also}`);
}

/** Whether a body was announced that has not come to its end. */
function hasMoreToCome({ raw }: FastifyRequest): boolean {
  const { headers, complete } = raw;
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
}

function isUnrouted(error: unknown): boolean {
  return error instanceof HttpException && error.getStatus() === 404;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? "";
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

function limitOf(request: FastifyRequest): string {
  return `${(request.routeOptions?.bodyLimit ?? 0) / 1024 / 1024} MiB`;
}
