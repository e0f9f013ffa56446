import type { DoctorReport, Finding } from "@ratchet/contracts";
import { type Context, json, line } from "../context.js";

/** Says what is wrong, and mends what can be with `fix`. Answers the exit code: 1 while something is wrong. */
export async function doctor(context: Context, { fix = false }: { fix?: boolean }): Promise<0 | 1> {
  const report = await (fix
    ? context.api.post<DoctorReport>("/api/v1/doctor")
    : context.api.get<DoctorReport>("/api/v1/doctor"));
  if (context.isJson) json(context, report);
  else print(context, report);
  return report.findings.length === 0 ? 0 : 1;
}

function print(context: Context, { findings, mended, nodes }: DoctorReport): void {
  for (const finding of mended) line(context, `${context.paint("green", "mended")}  ${finding.message}`);
  for (const finding of findings) {
    line(context, `${context.paint("red", "wrong")}   ${finding.message}`);
    line(context, `        remedy: ${finding.remedy}`);
  }
  const looked = nodes.length === 0 ? "no node" : `${nodes.length === 1 ? "node" : "nodes"} ${nodes.join(", ")}`;
  line(context, `${verdict(findings, mended.length)} (looked at the store and at ${looked})`);
}

function verdict(findings: readonly Finding[], mended: number): string {
  if (findings.length === 0) return mended === 0 ? "nothing is wrong" : `nothing is wrong any more: ${mended} mended`;
  const mendable = findings.filter(({ isMendable }) => isMendable).length;
  const hint = mendable === 0 ? "" : `, ${mendable} of them can be mended with --fix`;
  return `${findings.length} ${findings.length === 1 ? "thing is" : "things are"} wrong${hint}`;
}
