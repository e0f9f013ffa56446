import { isDeepStrictEqual } from "node:util";
import { type FieldDiff, fieldPath } from "@ratchet/contracts";

/** The fields in which two documents differ, each at the deepest path where they part. Pure. */
export function diffFields(before: unknown, after: unknown, path: readonly PropertyKey[] = []): FieldDiff[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diffFields(own(before, key), own(after, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => diffFields(item, after[index], [...path, index]));
  }
  return [{ path: fieldPath(path), before, after }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
