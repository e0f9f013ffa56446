import type { EffectiveImpairment } from "@ratchet/contracts";
import { isShaper, jitterTable, type Shaper, shaperOf } from "../model/shaper.js";
import type { WireEnd } from "./plan-wire.js";
import type { Planned } from "./planned.js";

/** What the frames that leave the panel towards a port shall suffer by the kernel's own means. */
export interface ShaperWish {
  /** Null: nothing, but what waits is let out. */
  impairment: EffectiveImpairment | null;
  mtuBytes: number;
}

/** The actions that make the kernel impair an end's frames as wished; without a wish, not at all. Pure. */
export function planShaper(
  panel: string,
  { ifIndex, label }: WireEnd,
  wish: ShaperWish | undefined,
  actual: Partial<Shaper> | undefined,
): Planned[] {
  if (ifIndex === undefined) return [];
  const link = { ifIndex };
  if (wish === undefined) {
    if (actual === undefined) return [];
    return [{ action: { op: "removeShaper", netns: panel, link }, finding: `frames to ${label} are impaired` }];
  }
  const { impairment, mtuBytes } = wish;
  const shaper = shaperOf(impairment, mtuBytes);
  if (isShaper(actual, shaper)) return [];
  const table = jitterTable(impairment?.jitterDistribution);
  const finding = actual === undefined ? "are not impaired" : "are impaired otherwise than asked";
  return [
    {
      action: { op: "setShaper", netns: panel, link, shaper, jitterTable: table },
      finding: `frames to ${label} ${finding}`,
    },
  ];
}
