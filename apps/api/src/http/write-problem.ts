import type { Duplex } from "node:stream";
import type { ProblemError } from "./problem-error.js";

export const PROBLEM_MEDIA_TYPE = "application/problem+json; charset=utf-8";

/** Answers on a bare connection, where there is no request to reply to, and ends it. */
export function writeProblem(socket: Duplex, problem: ProblemError): void {
  const body = JSON.stringify(problem.toProblem());
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.code}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
