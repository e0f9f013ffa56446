import { type CSSProperties, type ReactNode, useLayoutEffect, useRef } from "react";
import type { Point } from "../graph/point.js";
import { useStage } from "./stage-context.js";

interface Props {
  /** Canvas units; undefined hides it. Asked after every painted picture. */
  at: () => Point | undefined;
  /** From the anchor, in CSS pixels. */
  offset?: Point;
  /** `centered`: the middle lies on the anchor. `inside`: the upper left corner does, kept inside the canvas. */
  align: "centered" | "inside";
  className?: string;
  style?: CSSProperties;
  children: ReactNode;
}

const MARGIN = 8;

/** HTML that stays beside a thing on the canvas while that moves. React does not re-render for it. */
export function Anchored({ at, offset = { x: 0, y: 0 }, align, className = "", style, children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const stage = useStage();
  useLayoutEffect(() => {
    if (!stage) return;
    const follow = () => {
      const own = element.current;
      if (!own) return;
      const place = at();
      own.style.visibility = place === undefined ? "hidden" : "visible";
      if (!place) return;
      const local = stage.toLocal(place);
      let x = local.x + offset.x;
      let y = local.y + offset.y;
      const { offsetWidth: width, offsetHeight: height } = own;
      if (align === "centered") {
        x -= width / 2;
        y -= height / 2;
      } else {
        const view = stage.adapter.size();
        x = Math.max(MARGIN, Math.min(x, view.width - width - MARGIN));
        y = Math.max(MARGIN, Math.min(y, view.height - height - MARGIN));
      }
      own.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    follow();
    return stage.onPaint(follow);
  });
  return (
    <div ref={element} className={`anchored ${className}`} style={style} data-overlay>
      {children}
    </div>
  );
}
