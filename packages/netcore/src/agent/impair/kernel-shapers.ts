import { type EffectiveImpairment, effectOf, type ImpairmentReport } from "@ratchet/contracts";
import type { PortKey } from "../../model/key.js";
import { impairmentOf, isShaper, type Shaper, shaperOf } from "../../model/shaper.js";
import { planShaper } from "../../plan/plan-shaper.js";
import type { WireEnd } from "../../plan/plan-wire.js";
import type { Planned } from "../../plan/planned.js";
import type { World } from "../world.js";

/** Longest wait for what is on its way, before the qdiscs that hold it are taken away, ms. */
const MAX_DRAIN_MS = 10_000;
const MARGIN_MS = 100;

/** The directions that the kernel itself impairs (netem). */
export class KernelShapers {
  /** Directions that are impaired no more, and whether what they held has been let out. */
  private readonly draining = new Map<PortKey, { isOver: boolean; timer: NodeJS.Timeout }>();

  constructor(
    private readonly world: World,
    private readonly panelPath: string,
    /** What a direction held has been let out. */
    private readonly drained: (key: PortKey) => void,
  ) {}

  stop(): void {
    for (const { timer } of this.draining.values()) clearTimeout(timer);
  }

  /** The actions that make the kernel impair a direction so. */
  plan(key: PortKey, end: WireEnd, impairment: EffectiveImpairment, mtuBytes: number): Planned[] {
    this.forget(key);
    return planShaper(this.panelPath, end, { impairment, mtuBytes }, this.actual(key));
  }

  /** The actions that end it: first nothing happens to new frames, and when those on their way have left, it goes. */
  planEnd(key: PortKey, end: WireEnd, mtuBytes: number): Planned[] {
    const actual = this.actual(key);
    if (actual === undefined) {
      this.forget(key);
      return [];
    }
    let drain = this.draining.get(key);
    if (drain === undefined) {
      drain = { isOver: false, timer: setTimeout(() => this.letGo(key), drainMs(actual)) };
      this.draining.set(key, drain);
    }
    const wish = drain.isOver ? undefined : { impairment: null, mtuBytes };
    return planShaper(this.panelPath, end, wish, actual);
  }

  /** What is to be said of a direction that the kernel impairs; null while that is not so yet. */
  report(key: PortKey, effective: EffectiveImpairment, mtuBytes: number): ImpairmentReport | null {
    const actual = this.actual(key);
    if (actual?.netem === undefined || actual.rate === undefined || actual.frameBytes === undefined) return null;
    const state = isShaper(actual, shaperOf(effective, mtuBytes)) ? "active" : "pending";
    const has = effectOf(impairmentOf(actual as Shaper, effective, mtuBytes)) ?? {};
    return { engine: "netem", state, effective, actual: has, message: "" };
  }

  private actual(key: PortKey): Partial<Shaper> | undefined {
    const half = this.world.panelHalf(key);
    return half === undefined ? undefined : this.world.panel.shapers.get(half.ifIndex);
  }

  private letGo(key: PortKey): void {
    const drain = this.draining.get(key);
    if (drain === undefined) return;
    drain.isOver = true;
    this.drained(key);
  }

  private forget(key: PortKey): void {
    clearTimeout(this.draining.get(key)?.timer);
    this.draining.delete(key);
  }
}

function drainMs({ netem, rate }: Partial<Shaper>): number {
  const travelMs = netem === undefined ? 0 : (netem.latencyNs + 4 * netem.jitterNs) / 1e6;
  const queueMs = rate === undefined ? 0 : Math.min(1_000, (rate.queueBytes / rate.bytesPerSecond) * 1000);
  return Math.min(MAX_DRAIN_MS, travelMs + queueMs + MARGIN_MS);
}
