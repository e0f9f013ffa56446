/** What was measured after so many cycles. */
export interface Sample {
  cycles: number;
  /** Resident memory by process, bytes. */
  memory: Readonly<Record<string, number>>;
  /** What each still held after a collection of garbage, bytes. */
  held: Readonly<Record<string, number>>;
  /** Size of the store's file, bytes. */
  storeBytes: number;
  /** Size of the history's file, bytes. */
  historyBytes: number;
  /** Number of changes in the history and age of the oldest, seconds. */
  changes: number;
  oldestSeconds: number;
}

export interface Limits {
  /** How much a process or file may grow from the middle of the run to its end, beside 6 per cent: bytes. */
  slackBytes: number;
  /** The same for resident memory, which follows the garbage as well: bytes. */
  residentSlackBytes: number;
  /** A change this old must be gone, seconds. */
  maxAgeSeconds: number;
}

const SHARE = 0.06;
/** What a process needs to warm up, as a part of the run. */
const WARM_UP = 0.3;

/**
 * Says what grew that had to stay flat: the median of the run's last third against that of the third before, when
 * everything is warm. Medians, because memory goes up and down with each collection of garbage. Pure.
 */
export function judge(samples: readonly Sample[], { slackBytes, residentSlackBytes, maxAgeSeconds }: Limits): string[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const half = Math.floor(warm.length / 2);
  if (half < 2) return ["there are too few samples to say anything"];
  const [earlier, later] = [warm.slice(0, half), warm.slice(-half)];
  const problems: string[] = [];
  const compare = (what: string, read: (sample: Sample) => number, slack = slackBytes) => {
    const [before, after] = [median(earlier.map(read)), median(later.map(read))];
    if (after - before > before * SHARE + slack) problems.push(`${what} grew from ${mib(before)} to ${mib(after)} MiB`);
  };
  for (const name of Object.keys(samples[0]?.held ?? {})) {
    compare(`what ${name} holds`, (sample) => sample.held[name] ?? 0);
    compare(`resident memory of ${name}`, (sample) => sample.memory[name] ?? 0, residentSlackBytes);
  }
  compare("the store", (sample) => sample.storeBytes);
  const late = samples.filter(({ oldestSeconds }) => oldestSeconds > maxAgeSeconds);
  if (late.length > 0) {
    const oldest = Math.max(...late.map(({ oldestSeconds }) => oldestSeconds));
    problems.push(`the history had a change ${oldest.toFixed(0)} s old, allowed are ${maxAgeSeconds} s`);
  }
  return problems;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
