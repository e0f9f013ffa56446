import { CNI_ERROR } from "@ratchet/contracts";
import { CniFailure } from "./cni-failure.js";

/** Lets some requests work at once and some wait; further ones are told to come again, so a storm costs no memory. */
export class Gate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws CniFailure 11 when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.maxRunning) this.running++;
    else {
      if (this.waiting.length >= this.maxWaiting) {
        throw new CniFailure(CNI_ERROR.tryAgainLater, "too many pods start at once", `${this.maxWaiting} wait already`);
      }
      // Whoever ends hands its place over: `running` stays.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
