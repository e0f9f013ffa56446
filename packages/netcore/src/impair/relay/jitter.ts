import type { EffectiveImpairment } from "@ratchet/contracts";
import {
  jitterShape,
  normalProbability,
  normalQuantile,
  SHAPE_ENTRIES,
  SHAPE_SCALE,
} from "../../model/jitter-shape.js";
import type { Random } from "./chance.js";

/** What a frame's delay differs by from the one asked for, ms. */
export class Jitter {
  private jitterMs = 0;
  private correlation = 0;
  private shape: Int16Array | undefined;
  private last = 0;

  constructor(private readonly random: Random) {}

  set({ jitterMs, jitterDistribution, delayCorrelationPercent }: EffectiveImpairment): void {
    this.jitterMs = jitterMs ?? 0;
    this.shape = jitterShape(jitterDistribution);
    this.correlation = (delayCorrelationPercent ?? 0) / 100;
  }

  next(): number {
    if (this.jitterMs === 0) return 0;
    const u = this.correlation === 0 ? this.random() : this.following();
    if (this.shape === undefined) return (2 * u - 1) * this.jitterMs;
    const deviation = this.shape[Math.min(SHAPE_ENTRIES - 1, Math.floor(u * SHAPE_ENTRIES))] ?? 0;
    return (deviation / SHAPE_SCALE) * this.jitterMs;
  }

  /** A normal process of the asked correlation, made uniform: the spread stays what was asked for. */
  private following(): number {
    const fresh = normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, this.random())));
    this.last = this.correlation * this.last + Math.sqrt(1 - this.correlation ** 2) * fresh;
    return Math.min(1 - Number.EPSILON, normalProbability(this.last));
  }
}
