/** Shortens a text at its beginning: where names differ in their ends, those are kept. */
export function fitTail(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const short = `…${text.slice(-length)}`;
    if (context.measureText(short).width <= width) return short;
  }
  return "";
}

/** Shortens a text with an ellipsis until it fits `width` CSS pixels. */
export function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, mid)}…`).width <= width) low = mid;
    else high = mid - 1;
  }
  return low === 0 ? "" : `${text.slice(0, low)}…`;
}
