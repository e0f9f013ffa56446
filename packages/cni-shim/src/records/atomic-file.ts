import { lazyFs, lazyPath } from "../host/lazy-modules.js";

/** Replaces the file whole, or not at all; makes its folder. Other runs never see half of it. */
export function writeAtomic(path: string, text: string): void {
  const { mkdirSync, renameSync, rmSync, writeFileSync } = lazyFs();
  // A name that no reader of the folder takes for a record.
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(lazyPath().dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Names in a folder; none when it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return lazyFs().readdirSync(folder);
  } catch {
    return [];
  }
}

/** Milliseconds since 1970; 0 when it is not there. */
export function changedAtMs(path: string): number {
  return lazyFs().statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
