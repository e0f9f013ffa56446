/**
 * - Refused: the database is not one that this Ratchet may write to; repeating cannot help.
 * - Rejected: it does not take this record, whenever it is asked.
 * - Unavailable: it cannot be opened, read or written now.
 */
export type HistoryErrorCode = "Refused" | "Rejected" | "Unavailable";

export class HistoryError extends Error {
  readonly code: HistoryErrorCode;

  constructor(code: HistoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HistoryError";
    this.code = code;
  }
}
