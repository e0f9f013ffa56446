/**
 * Compares two keys by their UTF-8 bytes: negative, zero or positive as `a` sorts before, with or after `b`.
 *
 * JavaScript compares UTF-16 units, in which a surrogate (U+D800-U+DFFF, half of a code point beyond the basic plane)
 * sorts before U+E000-U+FFFF although the code point it stands for is larger.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    return x >= 0xd800 && y >= 0xd800 ? rotated(x) - rotated(y) : x - y;
  }
  return a.length - b.length;
}

/** Moves the surrogates above U+FFFF and leaves the rest in order. */
function rotated(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
