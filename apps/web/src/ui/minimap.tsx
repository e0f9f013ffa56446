import { type PointerEvent, useEffect, useRef } from "react";
import { type MinimapView, paintMinimap } from "../canvas/paint/paint-minimap.js";
import { useStage } from "../canvas/stage-context.js";

const SIZE = { width: 176, height: 112 };

/** The whole picture small; press or drag on it to look there. */
export function Minimap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const mapping = useRef<MinimapView>({ scale: 1, origin: { x: 0, y: 0 } });
  const stage = useStage();
  useEffect(() => {
    if (!stage) return;
    const paint = () => {
      const context = canvas.current?.getContext("2d");
      if (!context) return;
      const ratio = window.devicePixelRatio || 1;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      mapping.current = paintMinimap(context, SIZE, stage.scene, stage.view, stage.palette);
    };
    paint();
    return stage.onPaint(paint);
  }, [stage]);

  const look = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { scale, origin } = mapping.current;
    stage?.adapter.center({
      x: origin.x + (event.clientX - left) / scale,
      y: origin.y + (event.clientY - top) / scale,
    });
  };
  const ratio = window.devicePixelRatio || 1;
  return (
    <div className="float minimap-wrap">
      <canvas
        ref={canvas}
        className="minimap"
        width={SIZE.width * ratio}
        height={SIZE.height * ratio}
        onPointerDown={look}
        onPointerMove={look}
        data-testid="minimap"
      />
    </div>
  );
}
