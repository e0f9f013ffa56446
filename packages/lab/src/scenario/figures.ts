import type { Run, RunProbe } from "@ratchet/contracts";

type Figure = [name: string, read: (probe: RunProbe) => number | null];

const FIGURES: readonly Figure[] = [
  ["packets lost", ({ lost }) => lost],
  ["longest outage, ms", ({ longestOutageMs }) => longestOutageMs],
  [
    "recovery after the step, ms",
    ({ outages }) => Math.max(...outages.map(({ recoveryMs }) => recoveryMs ?? 0)) || null,
  ],
];

/** Median and spread of what each probe saw over several runs, as a table in Markdown. Pure. */
export function figuresOf(runs: readonly Run[]): string[] {
  const [first] = runs;
  if (first === undefined || runs.length < 2) return [];
  const rows = first.status.probes.flatMap(({ name }) =>
    FIGURES.map(([what, read]) => {
      const values = runs.flatMap(({ status }) => {
        const probe = status.probes.find((one) => one.name === name);
        return probe === undefined ? [] : (read(probe) ?? []);
      });
      return `| ${name} | ${what} | ${spreadOf(values).join(" | ")} |`;
    }),
  );
  return ["| probe | what | median | least | most | runs |", "| --- | --- | --: | --: | --: | --: |", ...rows];
}

function spreadOf(values: readonly number[]): string[] {
  if (values.length === 0) return ["–", "–", "–", "0"];
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return [median, at(0), at(1), sorted.length].map((value) => String(Math.round(value)));
}
