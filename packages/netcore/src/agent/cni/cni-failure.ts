import { CNI_ERROR } from "@ratchet/contracts";

/** A request that was refused: the CNI error code, and what a person reads of it. */
export class CniFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly details = "",
  ) {
    super(message);
  }

  get status(): number {
    if (this.code === CNI_ERROR.tryAgainLater || this.code === CNI_ERROR.notAvailable) return 503;
    return this.code < CNI_ERROR.internal ? 400 : 500;
  }
}
