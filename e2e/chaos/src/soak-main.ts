import { parseArgs } from "node:util";
import { mib, type Sample } from "./soak/judge.js";
import { runSoak } from "./soak/soak.js";

const USAGE = `usage: pnpm test:soak -- [--cycles N] [--keep SECONDS]

Makes a wire, cuts it, mends it and takes it away, again and again, in a lab of its own; fails when memory of API or
agents or the store grows, when anything is left at the end, or when the history keeps more than it shall. Memory is
printed in MiB, resident and (held after a collection of garbage).

  --cycles N      default 10000
  --keep SECONDS  age at which changes are deleted; default 60
  --help          this text
`;

function row({ cycles, memory, held, storeBytes, historyBytes, changes, oldestSeconds }: Sample): string {
  const processes = Object.entries(memory).map(([name, bytes]) => `${name} ${mib(bytes)} (${mib(held[name] ?? 0)})`);
  const files = `store ${mib(storeBytes)}, history ${mib(historyBytes)} MiB`;
  return `${cycles} cycles: ${processes.join(", ")}, ${files}, ${changes} changes, oldest ${oldestSeconds.toFixed(0)} s`;
}

async function main(argv: string[]): Promise<number> {
  let options: { cycles: number; keepSeconds: number };
  try {
    const { values } = parseArgs({
      args: argv.filter((argument) => argument !== "--"),
      options: {
        cycles: { type: "string", default: "10000" },
        keep: { type: "string", default: "60" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    options = { cycles: positive("cycles", values.cycles), keepSeconds: positive("keep", values.keep) };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const startedAt = performance.now();
  const onSample = (sample: Sample) => say(row(sample));
  const result = await runSoak({ ...options, signal: stop.signal, say, onSample });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  for (const problem of result.problems) say(`problem: ${problem}`);
  say(`${result.cycles} cycles in ${seconds} s, ${result.problems.length} problems`);
  return stop.signal.aborted ? 130 : result.problems.length === 0 ? 0 : 1;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} must be a positive integer, not "${text}"`);
  return value;
}

process.exitCode = await main(process.argv.slice(2));
