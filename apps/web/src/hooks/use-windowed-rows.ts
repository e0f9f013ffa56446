import { type RefObject, useEffect, useState } from "react";

const SPARE = 12;
/** Short lists are simply all there. */
const ALL_UP_TO = 120;

/** Which rows of a long table are worth building: those its scrolling parent shows, and some around them. */
export function useWindowedRows(
  table: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
): { first: number; last: number } {
  const [top, setTop] = useState(0);
  useEffect(() => {
    const scroller = table.current?.parentElement;
    if (!scroller) return;
    const follow = () => setTop(scroller.scrollTop);
    scroller.addEventListener("scroll", follow, { passive: true });
    return () => scroller.removeEventListener("scroll", follow);
  }, [table]);
  if (count <= ALL_UP_TO) return { first: 0, last: count };
  const visible = Math.ceil((table.current?.parentElement?.clientHeight ?? 240) / rowPx);
  const first = Math.max(0, Math.floor(top / rowPx) - SPARE);
  return { first, last: Math.min(count, first + visible + 2 * SPARE) };
}
