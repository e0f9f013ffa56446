import type { Random } from "../random.js";
import { hostileString, hostileValue } from "./hostile.js";

/** A copy of a JSON value with one to three places changed: replaced, removed, renamed, doubled or added to. */
export function mutate(random: Random, value: unknown): unknown {
  let changed = structuredClone(value);
  for (let left = random.between(1, 3); left > 0; left--) changed = mutateOnce(random, changed);
  return changed;
}

function mutateOnce(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.08)) return hostileValue(random);
  const holder = value as Record<string, unknown>;
  const keys = Object.keys(holder);
  const key = keys.length === 0 ? undefined : random.pick(keys);
  if (key !== undefined && random.chance(0.65)) {
    set(holder, key, mutateOnce(random, holder[key]));
    return holder;
  }
  if (Array.isArray(value)) {
    if (random.chance(0.5))
      value.push(value.length > 0 && random.chance(0.5) ? random.pick(value) : hostileValue(random));
    else value.splice(random.int(value.length + 1), 1);
    return value;
  }
  if (key !== undefined && random.chance(0.4)) delete holder[key];
  else if (key !== undefined && random.chance(0.3)) {
    set(holder, hostileString(random), holder[key]);
    delete holder[key];
  } else set(holder, hostileString(random), hostileValue(random));
  return holder;
}

// Assigning to "__proto__" would set the prototype instead of making a key.
function set(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A copy of a text with one to four stretches changed: cut, doubled, swapped for noise. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.int(changed.length + 1);
    const length = random.int(12);
    const rest = changed.slice(at + length);
    const kind = random.int(4);
    const middle =
      kind === 0
        ? ""
        : kind === 1
          ? changed.slice(at, at + length).repeat(2)
          : kind === 2
            ? hostileString(random)
            : String.fromCharCode(random.int(0x250));
    changed = changed.slice(0, at) + middle + (kind === 3 ? changed.slice(at + 1) : rest);
  }
  return changed;
}
