type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ODD_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "/",
  "../..",
  "\u0000",
  "x".repeat(100_000),
  [],
  [[]],
  {},
  { type: "ratchet" },
  "__proto__",
];
const KEYS = ["__proto__", "constructor", "prevResult", "cni.dev/valid-attachments", "delegate", "runtimeConfig", ""];

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A configuration with something wrong in it: a value, a key, or bytes of its text. */
export function mutateConfig(config: object, random: () => number): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  let value = structuredClone(config) as Json;
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) value = mutateValue(value, 0);
  const text = JSON.stringify(value);
  return random() < 0.3 ? mutateText(text) : text;

  function mutateValue(target: Json, depth: number): Json {
    const isLeaf = typeof target !== "object" || target === null || random() < 0.2;
    if (isLeaf && depth > 0) return pick(ODD_VALUES);
    if (Array.isArray(target)) return [...target.map((item) => mutateValue(item, depth + 1)), pick(ODD_VALUES)];
    const entries = new Map(Object.entries(target as { [key: string]: Json }));
    const key = random() < 0.2 || entries.size === 0 ? pick(KEYS) : pick([...entries.keys()]);
    if (random() < 0.2) entries.delete(key);
    else entries.set(key, mutateValue(entries.get(key) ?? {}, depth + 1));
    return Object.fromEntries(entries);
  }

  function mutateText(text: string): string {
    const at = Math.floor(random() * text.length);
    switch (Math.floor(random() * 4)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1);
      case 2:
        return text + text;
      default:
        return `${"[".repeat(10_000)}${text}`;
    }
  }
}
