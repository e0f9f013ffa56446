import { createHash } from "node:crypto";
import { BACKUP_FORMAT, BACKUP_VERSION, type Backup, KEY_ROOT, keys } from "@ratchet/contracts";
import type { SavedLayout } from "../history/history.repository.js";
import { readRecord } from "../state/read-record.js";
import type { RangeResult } from "../store/store.js";
import { VERSION } from "../version.js";

/** What lives with a process, or is on its way elsewhere. */
const PASSING = [keys.replicas(), keys.agents(), keys.leader(), keys.outbox(), keys.setAside()];

export function isPassing(key: string): boolean {
  return PASSING.some((prefix) => key.startsWith(prefix));
}

/** The file for what the store held at one revision. Pure. */
export function backupOf(
  storeId: string,
  { revision, entries }: Pick<RangeResult, "revision" | "entries">,
  layouts: SavedLayout[],
  at: string,
): Backup {
  const leftOut: string[] = [];
  const kept = entries.flatMap(({ key, value }) => {
    if (isPassing(key)) return [];
    const record = readRecord(key, value);
    if ("data" in record) return [{ key, value: record.data }];
    leftOut.push(key);
    return [];
  });
  const saved = layouts.map((layout) => ({ ...layout, positions: layout.positions as Record<string, unknown> }));
  const head = { format: BACKUP_FORMAT, version: BACKUP_VERSION, madeBy: VERSION, at, storeId, revision } as const;
  return { ...head, leftOut, entries: kept, layouts: saved, checksum: checksumOf({ entries: kept, layouts: saved }) };
}

/** What is wrong with a file beyond its shape, by field; empty when it can be restored. Pure. */
export function problemsOf(backup: Backup): { field: string; message: string }[] {
  if (checksumOf(backup) !== backup.checksum) {
    return [{ field: "checksum", message: "does not fit the content: the file is damaged, or was changed by hand" }];
  }
  const seen = new Set<string>();
  return backup.entries.flatMap(({ key, value }, index) => {
    const problem = problemOf(key, value, seen);
    seen.add(key);
    return problem === undefined ? [] : [{ field: `entries[${index}]`, message: `${key} ${problem}` }];
  });
}

function problemOf(key: string, value: unknown, seen: ReadonlySet<string>): string | undefined {
  if (!key.startsWith(KEY_ROOT) || isPassing(key)) return "is no key of a backup";
  if (seen.has(key)) return "is there twice";
  const record = readRecord(key, JSON.stringify(value) ?? "");
  return "problem" in record ? `cannot be read: ${record.problem}` : undefined;
}

function checksumOf({ entries, layouts }: Pick<Backup, "entries" | "layouts">): string {
  return `sha256:${createHash("sha256")
    .update(JSON.stringify([entries, layouts]))
    .digest("hex")}`;
}
