import type { FaultEdit } from "../plan/stage.js";
import type { FaultRecord } from "../state/records.js";

/** The edit that ends a running fault at `at` (ISO 8601). The record stays, so that it can still be read. */
export function endOf(
  key: string,
  record: FaultRecord,
  how: NonNullable<FaultRecord["end"]>["how"],
  at: string,
): FaultEdit {
  return { kind: "Fault", key, verb: "end", before: record, after: { ...record, end: { at, how } } };
}
