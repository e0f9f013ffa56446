import { StoreError } from "../store-error.js";

export function lockedError(path: string, pid: number | undefined): StoreError {
  const holder = pid === undefined || pid === 0 ? "another process" : `process ${pid}`;
  const remedy = pid === process.pid ? "close the store that this process has open" : `stop ${holder}`;
  return new StoreError("Locked", `${path} is in use by ${holder}: ${remedy}, or start with another data folder`);
}

export function foreignError(path: string, found: string): StoreError {
  return new StoreError(
    "Foreign",
    `${path} is not a Ratchet store (${found}); nothing was changed: move the file away, or start with another data folder`,
  );
}

export function tooNewError(path: string, version: number): StoreError {
  return new StoreError(
    "TooNew",
    `${path} has layout ${version}, written by a newer Ratchet; nothing was changed: start that version, or use another data folder`,
  );
}

export function corruptError(path: string, found: string, cause?: unknown): StoreError {
  return new StoreError(
    "Corrupt",
    `${path} is damaged (${found}); nothing was changed: restore it together with ${path}-wal from a copy, or move both away to start empty`,
    { cause },
  );
}

// Primary result codes of https://sqlite.org/rescode.html; the low byte of an extended code is its primary code.
const busy = 5;
const corrupt = 11;
const full = 13;
const notADatabase = 26;

export function isBusy(error: unknown): boolean {
  return codeOf(error) === busy;
}

export function isDamage(error: unknown): boolean {
  return codeOf(error) === corrupt || codeOf(error) === notADatabase;
}

export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === full;
}

function codeOf(error: unknown): number | undefined {
  const errcode = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}
