import { readFileSync } from "node:fs";

/** Resident memory of a process in MiB, and the most that it ever had (proc(5), VmRSS and VmHWM). */
export function residentMiB(pid: number, which: "now" | "most" = "now"): number {
  const field = which === "now" ? "VmRSS" : "VmHWM";
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no ${field}`);
  return Number(kib) / 1024;
}
