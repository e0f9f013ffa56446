import type { WireModel } from "./model.js";
import { remainingText } from "./running-faults.js";
import type { WireState } from "./wire-state.js";

/** What stands in the middle of a wire. */
export type WireMark =
  | { kind: "cross" }
  | { kind: "badge"; state: "degraded" | "error" }
  /** A pill with figures; `hasBolt`: somebody broke it on purpose, and the first figure counts down. */
  | { kind: "pill"; text: string; hasBolt: boolean; tone: WireState };

/** `nowMs`: by the server's clock. */
export function markOf(wire: WireModel, nowMs: number): WireMark | undefined {
  const [fault] = wire.faults;
  if (fault !== undefined) {
    const more = wire.faults.length > 1 ? ` +${wire.faults.length - 1}` : "";
    const left = fault.endsAt === null ? "" : remainingText(fault.endsAt - nowMs);
    const text = [`${left}${more}`, wire.figure].filter((part) => part !== "").join(" · ");
    return {
      kind: "pill",
      text,
      hasBolt: true,
      tone: wire.state === "up" || wire.state === "pending" ? "down" : wire.state,
    };
  }
  if (wire.state === "impaired") return { kind: "pill", text: wire.figure, hasBolt: false, tone: "impaired" };
  if (wire.state === "down") return { kind: "cross" };
  if (wire.state === "degraded" || wire.state === "error") return { kind: "badge", state: wire.state };
  return undefined;
}

/** Half the size of a cross or badge. CSS pixels. */
const MARK_PX = 10;
const LETTER_PX = 6.65;
const PILL = { padding: 8, bolt: 11, height: 20, countdown: 5 } as const;

export const PILL_HEIGHT_PX = PILL.height;

/** Width of a pill with this text, CSS pixels. */
export function pillWidth(text: string, hasBolt: boolean): number {
  return 2 * PILL.padding + (hasBolt ? PILL.bolt : 0) + text.length * LETTER_PX;
}

/** Part of a wire that its mark may cover at most. */
const COVERED = 0.72;

/** The mark as it fits a wire of this length on the screen: with all its figures, with the first, or as a bare sign. */
export function fitMark<T extends WireMark>(mark: T, lengthPx: number): T {
  if (mark.kind !== "pill" || pillWidth(mark.text, mark.hasBolt) <= lengthPx * COVERED) return mark;
  const [first = ""] = mark.text.split(" · ");
  return { ...mark, text: pillWidth(first, mark.hasBolt) <= lengthPx * COVERED ? first : "" };
}

/**
 * Room a wire's mark needs, CSS pixels; undefined: none. It does not follow the countdown, so that
 * labels do not step aside and back every second.
 */
export function markRoom(wire: WireModel, lengthPx: number): { width: number; height: number } | undefined {
  const mark = markOf(wire, 0);
  if (mark === undefined) return undefined;
  if (mark.kind !== "pill") return { width: 2 * MARK_PX, height: 2 * MARK_PX };
  const rest = wire.figure === "" ? "" : ` · ${wire.figure}`;
  const more = wire.faults.length > 1 ? 3 : 0;
  const text = mark.hasBolt ? "m".repeat(PILL.countdown + more) + rest : mark.text;
  const fitted = fitMark({ ...mark, text }, lengthPx);
  if (fitted.kind !== "pill" || fitted.text === "") return { width: PILL.height, height: PILL.height };
  return { width: pillWidth(fitted.text, mark.hasBolt), height: PILL.height };
}
