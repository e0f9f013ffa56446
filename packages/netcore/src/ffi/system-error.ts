import { type ErrnoCode, type ErrnoName, errnoName, errnoText } from "./errno.js";

/** A libc call that failed outside netlink: opening a namespace, mounting, socket options. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: ErrnoCode;

  constructor(
    readonly op: string,
    readonly errno: number,
    readonly subject?: string,
  ) {
    const code = errnoName(errno);
    super(`${op}${subject === undefined ? "" : ` ${subject}`}: ${code} (${errnoText(errno)})`);
    this.code = code;
  }
}

export function isSystemError(error: unknown, ...codes: ErrnoName[]): error is SystemError {
  return error instanceof SystemError && (codes as string[]).includes(error.code);
}
