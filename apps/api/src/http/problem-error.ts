import { type FieldError, PROBLEM_STATUS, type Problem, type ProblemCode } from "@ratchet/contracts";

const TITLES: Record<ProblemCode, string> = {
  Malformed: "The request cannot be read",
  Unauthorized: "Authentication is needed",
  Forbidden: "This is not allowed",
  NotFound: "There is no such object",
  MethodNotAllowed: "The method is not available here",
  AlreadyExists: "The name is taken",
  InterfaceTaken: "The interface is in use",
  AddressTaken: "The address is in use",
  VniTaken: "The VNI is in use",
  PoolExhausted: "The pool is used up",
  PoolInUse: "The pool is in use",
  Conflict: "The object has changed",
  Stale: "The object is not at the revision that was named",
  TooLarge: "The request is too large",
  UnsupportedMediaType: "The media type is not taken here",
  UpgradeRequired: "A WebSocket is spoken here",
  Invalid: "The object is not valid",
  Unsupported: "This is not built yet",
  Internal: "Something went wrong in the server",
  Unavailable: "The server cannot answer now",
};

/** A refusal as a client reads it: what is wrong with which field, and what to do about it. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "ProblemError";
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEM_STATUS[this.code];
  }

  toProblem(): Problem {
    return {
      type: `https://ratchet.network/problems/${this.code}`,
      title: TITLES[this.code],
      status: this.status,
      detail: this.message,
      code: this.code,
      errors: this.errors,
    };
  }
}

/** More than anybody reads at once. */
export const MAX_ERRORS = 100;

/** A refusal over fields: its detail is the first of them, so that one line tells enough. */
export function refuse(code: ProblemCode, errors: FieldError[]): ProblemError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const detail = first === undefined ? "" : first.field === "" ? first.message : `${first.field} ${first.message}`;
  return new ProblemError(code, detail + more, { errors: errors.slice(0, MAX_ERRORS) });
}

export function notFound(kind: string, namespace: string | null, name: string): ProblemError {
  const where = namespace === null ? "" : ` in namespace ${namespace}`;
  return new ProblemError("NotFound", `there is no ${kind} ${name}${where}`);
}
