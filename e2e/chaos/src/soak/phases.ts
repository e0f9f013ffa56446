import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@ratchet/testkit";

const POLL_MS = 30;
const SETTLE_MS = 60_000;

interface Waiting {
  link: string;
  phase: string;
  deadlineMs: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Waits for links to come into a phase, with one question for all who wait. */
export class Phases {
  readonly #client: Client;
  #waiting: Waiting[] = [];
  #isAsking = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @throws Error when the link is in another phase after a minute */
  reach(link: string, phase: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ link, phase, deadlineMs: performance.now() + SETTLE_MS, resolve, reject });
      if (!this.#isAsking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      try {
        // Who begins to wait while the answer is under way could be given an answer from before.
        const asked = this.#waiting.splice(0);
        const status = new Map((await this.#client.links()).map((link) => [link.metadata.name, link.status]));
        for (const waiting of asked) {
          const { link, phase, deadlineMs, resolve, reject } = waiting;
          const found = status.get(link);
          if (found?.phase === phase) resolve();
          else if (performance.now() < deadlineMs) this.#waiting.push(waiting);
          else reject(new Error(`link ${link} did not become ${phase}: ${JSON.stringify(found)}`));
        }
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(error as Error);
      }
      await sleep(POLL_MS);
    }
    this.#isAsking = false;
  }
}
