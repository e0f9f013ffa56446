import type { ProblemCode } from "@ratchet/contracts";
import { AgentCallError } from "../agents/agent-rpc.js";
import { ProblemError } from "../http/problem-error.js";

const CODES: Record<string, ProblemCode> = {
  NotConnected: "Unavailable",
  Busy: "Unavailable",
  Timeout: "Unavailable",
  Cancelled: "Unavailable",
  Unsupported: "Unsupported",
  NotReady: "Conflict",
  PodGone: "Conflict",
};

/** A call's failure as a client of REST reads it. Anything else is passed on. */
export function callProblem(error: unknown): unknown {
  if (!(error instanceof AgentCallError)) return error;
  return new ProblemError(CODES[error.code] ?? "Internal", error.message, { cause: error });
}
