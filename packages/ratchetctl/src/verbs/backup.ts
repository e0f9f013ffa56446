import { open, readFile, rename, rm } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Backup, RestoreResult } from "@ratchet/contracts";
import { type Context, json, line } from "../context.js";
import { CtlError } from "../ctl-error.js";

/** Names of links have neither; `-` is stdin. */
export function isBackupFile(word: string): boolean {
  return word === "-" || /[./]/.test(word);
}

/** Writes everything into a file, or to stdout. The file is there whole or not at all, and for its owner alone. */
export async function backup(context: Context, file: string | undefined): Promise<void> {
  const taken = await context.api.get<Backup>("/api/v1/backup");
  const content = `${JSON.stringify(taken)}\n`;
  for (const key of taken.leftOut) context.streams.err(`left out, because it cannot be read: ${key}\n`);
  if (file === undefined || file === "-") return context.streams.out(content);
  await writeWhole(file, content);
  const { revision, entries, layouts } = taken;
  if (context.isJson) json(context, { file, revision, entries: entries.length, layouts: layouts.length });
  else line(context, `${file}: ${entries.length} entries and ${layouts.length} layouts of revision ${revision}`);
}

/** Brings a backup back into an installation that nothing was asked of yet. */
export async function restoreBackup(context: Context, file: string): Promise<void> {
  const content = file === "-" ? await text(context.streams.stdin) : await read(file);
  let body: unknown;
  try {
    body = JSON.parse(content);
  } catch {
    throw new CtlError(`${file} is no backup: it is not JSON`);
  }
  const result = await context.api.post<RestoreResult>("/api/v1/restore", body);
  if (context.isJson) return json(context, result);
  const { restored, from, revision } = result;
  const counts = Object.entries(restored).map(([kind, count]) => `${count} ${kind}`);
  line(context, `restored ${counts.join(", ")} of ${from.at} at revision ${revision}`);
  line(context, "agents can be pointed here now: what they have stays as it is");
}

function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CtlError(`cannot read ${file} (${error.code})`);
  });
}

async function writeWhole(file: string, content: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    const handle = await open(unfinished, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CtlError(`cannot write ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}
