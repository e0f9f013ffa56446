import type { Point } from "../graph/point.js";

/** What the mouse is in the middle of. Places in canvas units. */
export type Gesture =
  | { kind: "idle" }
  | { kind: "drawing"; from: string; at: Point; target: string | null; refusal: string | null; hint: string | null }
  | {
      kind: "rerouting";
      wire: string;
      end: 0 | 1;
      at: Point;
      target: string | null;
      refusal: string | null;
      hint: string | null;
    }
  | { kind: "boxing"; from: Point; at: Point }
  | { kind: "moving" };

export const IDLE: Gesture = { kind: "idle" };
