import { readFileSync } from "node:fs";

const LINES = 15;

/** The end of a log, indented: what to show when its writer died. */
export function tailOf(logFile: string): string {
  try {
    const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-LINES);
    return lines.map((line) => `    ${line}`).join("\n");
  } catch {
    return "";
  }
}
