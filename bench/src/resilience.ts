import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { runAgentInVm } from "@ratchet/testkit";

interface Measurement {
  engine: "relay" | "netem";
  what: string;
  asked: string;
  measured: string;
  isWithin: boolean | null;
}

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = join(ROOT, "docs/resilience.md");
const PROGRAM = "agent/impair/conformance/measure-main.js";
const BEGIN = "<!-- impairments: written by npm run resilience -->";
const END = "<!-- impairments end -->";

/** Measures both engines and writes the table into docs/resilience.md: the relay here, netem on Debian's kernel. */
async function main(): Promise<void> {
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, "packages/netcore/dist", PROGRAM), "relay"],
    { timeout: 900_000, maxBuffer: 1 << 24 },
  );
  const relay = rowsOf(stdout);
  for (const row of relay) tell(`relay  ${row.what}: ${row.measured}`);
  const machine = await runAgentInVm([PROGRAM, "netem"], { timeoutMs: 1_800_000, onLine: tell });
  if (machine.code !== 0) throw new Error(`the virtual machine did not finish: ${machine.output.slice(-2_000)}`);
  const page = readFileSync(PAGE, "utf8");
  writeFileSync(PAGE, replaced(page, sectionOf(relay, rowsOf(machine.output), load)));
  tell(`written into ${PAGE}`);
}

function rowsOf(output: string): Measurement[] {
  return output.split("\n").flatMap((line) => {
    const at = line.indexOf('{"engine":');
    return at < 0 ? [] : [JSON.parse(line.slice(at)) as Measurement];
  });
}

function sectionOf(relay: readonly Measurement[], netem: readonly Measurement[], load: string): string {
  const lines = relay.map((row) => {
    const other = netem.find(({ what, asked }) => what === row.what && asked === row.asked);
    return `| ${row.what} | ${row.asked} | ${cell(row)} | ${cell(other)} |`;
  });
  return `## What impairments do

Asked beside measured, from one pod to another by the kernel's own time stamps: delay within 1 ms or 2 %, shares within the
99 % interval of the frames sent (so one cell in a hundred may miss by chance), rates within 5 %. **Bold** is outside. The
relay ran on ${cpus().length} cores, Linux ${release().split("-")[0]}, load average ${load}; netem in a virtual machine that is emulated in
software, where a packet of TCP costs many times what it costs elsewhere.

| what | asked | relay | netem |
| --- | --- | --- | --- |
${lines.join("\n")}
`;
}

function cell(row: Measurement | undefined): string {
  if (row === undefined) return "-";
  return row.isWithin === false ? `**${row.measured}**` : row.measured;
}

function replaced(page: string, section: string): string {
  const block = `${BEGIN}\n\n${section}\n${END}\n`;
  const begin = page.indexOf(BEGIN);
  if (begin < 0) return `${page.trimEnd()}\n\n${block}`;
  return page.slice(0, begin) + block + page.slice(page.indexOf(END) + END.length).replace(/^\n+/, "\n");
}

await main();
