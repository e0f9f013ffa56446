import { closeSync, openSync, readSync } from "node:fs";
import { corruptError, foreignError, tooNewError } from "./file-error.js";

/** Ours among SQLite's application ids ("Rtch"); `file` and whoever else looks can tell what the file is. */
export const applicationId = 0x52746368;

/** The layout of the tables. */
export const layoutVersion = 1;

/**
 * Refuses what is not a store's file, before SQLite, which would already change a foreign one by recovering it.
 * Only for files that nobody has locked: see lockHolder().
 *
 * Offsets: https://sqlite.org/fileformat2.html#the_database_header
 */
export function checkHeader(path: string): void {
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  let length: number;
  try {
    length = readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (length === 0) throw corruptError(path, "it is empty");
  if (header.toString("latin1", 0, 16) !== "SQLite format 3\0") throw foreignError(path, "not an SQLite file");
  if (length < header.length) throw corruptError(path, "its header is cut off");
  if (header.readUInt32BE(68) !== applicationId) throw foreignError(path, "an SQLite file of another program");
  const version = header.readUInt32BE(60);
  if (version > layoutVersion) throw tooNewError(path, version);
}
