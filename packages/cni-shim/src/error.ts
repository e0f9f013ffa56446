/** An answer with exit status 1; `code` is one of CNI_ERROR, or a delegate's own. CNI SPEC 1.1, section 5, "Error". */
export class CniError extends Error {
  readonly code: number;
  readonly details: string;

  constructor(code: number, message: string, details = "") {
    super(message);
    this.name = "CniError";
    this.code = code;
    this.details = details;
  }
}
