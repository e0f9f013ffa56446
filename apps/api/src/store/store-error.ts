/** What went wrong, for code that must decide; the message is for people. */
export type StoreErrorCode =
  | "InvalidArgument" // the call itself is wrong; repeating it cannot help
  | "Compacted" // the asked revision is no longer kept
  | "FutureRevision" // the asked revision has not happened yet
  | "LeaseNotFound" // never granted, revoked or expired
  | "Closed" // close() was called
  | "Unavailable" // the medium failed; nothing of the call took effect, or nobody can tell (see the message)
  | "Full" // no space is left; nothing of the call took effect
  | "Locked" // another process has the data
  | "Foreign" // the data is not a Ratchet store
  | "TooNew" // written by a newer Ratchet
  | "Corrupt"; // the data is damaged

/** Every error that a Store throws. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

/** The asked revision lies at or below `compactRevision`: take a fresh range() and watch from its revision + 1. */
export class CompactedError extends StoreError {
  readonly compactRevision: number;

  constructor(requested: number, compactRevision: number) {
    super("Compacted", `revision ${requested} is gone: history is kept after revision ${compactRevision} only`);
    this.name = "CompactedError";
    this.compactRevision = compactRevision;
  }
}

export function isCompacted(error: unknown): error is CompactedError {
  return error instanceof CompactedError;
}
