import { Controller, Get, Inject } from "@nestjs/common";
import { Core } from "../core.js";
import { ProblemError } from "../http/problem-error.js";

@Controller()
export class HealthController {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** The process answers. */
  @Get("healthz")
  health(): { status: string } {
    return { status: "ok" };
  }

  /** The store answers and is followed. @throws ProblemError Unavailable */
  @Get("readyz")
  ready(): { status: string; storeId: string; revision: number } {
    const { mirror, health } = this.#core;
    if (health.awaySince !== null)
      throw new ProblemError("Unavailable", `the store has not answered since ${health.awaySince}: try again`);
    if (!mirror.isFollowing)
      throw new ProblemError("Unavailable", "the store is not followed at the moment: try again");
    return { status: "ok", storeId: mirror.storeId, revision: mirror.revision };
  }
}
