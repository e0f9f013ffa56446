import { startLab } from "@ratchet/lab";
import { Client } from "@ratchet/testkit";
import { cycle, type Lane } from "./cycle.js";
import { HeldMemory } from "./held-memory.js";
import { judge, type Sample } from "./judge.js";
import { leftovers } from "./leftovers.js";
import { measure } from "./measure.js";
import { Phases } from "./phases.js";

const SAMPLES = 40;
const LANES = 16;
const END_MS = 60_000;
const DAY_SECONDS = 86_400;
const MIB = 2 ** 20;
/** Below it a process is still warming up when the run ends. */
const LONG_RUN = 5000;
/** Small heaps, so that resident memory stays near what is held. */
const HEAP_OPTIONS = "--max-old-space-size=320 --max-semi-space-size=8";

export interface SoakOptions {
  cycles: number;
  /** Changes older than this are to be deleted, seconds. */
  keepSeconds: number;
  signal?: AbortSignal;
  say?: (line: string) => void;
  /** Told of each measurement. */
  onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  cycles: number;
  samples: Sample[];
  /** What grew, and what was left; empty when all is well. */
  problems: string[];
}

/** Makes and takes away wires in a lab of its own, and watches what must not grow. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const holding = new HeldMemory();
  // The lab's processes take these from the environment.
  const restore = setEnvironment({
    ...holding.environment,
    RATCHET_HISTORY_DAYS: String(options.keepSeconds / DAY_SECONDS),
    NODE_OPTIONS: `${HEAP_OPTIONS} ${holding.environment.NODE_OPTIONS}`,
  });
  try {
    return await soak(options, holding);
  } finally {
    restore();
    holding.close();
  }
}

async function soak(
  { cycles, keepSeconds, signal, say, onSample }: SoakOptions,
  holding: HeldMemory,
): Promise<SoakResult> {
  const lab = await startLab({
    name: `soak${process.pid}`,
    port: 0,
    nodes: 2,
    ...(signal && { signal }),
    ...(say && { say }),
  });
  try {
    const client = new Client(lab.url);
    const lanes = await makeLanes(client);
    const phases = new Phases(client);
    const samples: Sample[] = [];
    let started = 0;
    let done = 0;
    let measuring: Promise<void> = Promise.resolve();
    const step = Math.max(1, Math.floor(cycles / SAMPLES));
    const take = async () => {
      const sample = await measure(lab, client, holding, done);
      samples.push(sample);
      onSample?.(sample);
    };
    await Promise.all(
      lanes.map(async (lane) => {
        while (started < cycles && signal?.aborted !== true) {
          await cycle(client, phases, lane, started++);
          if (++done % step === 0) measuring = measuring.then(take);
        }
      }),
    );
    await measuring;
    for (const { pods } of lanes) for (const pod of pods) await client.remove("pods", pod);
    const [slackBytes, residentSlackBytes] = cycles >= LONG_RUN ? [4 * MIB, 64 * MIB] : [32 * MIB, 96 * MIB];
    // Deleted in turns of a quarter of the age at most.
    const grown = judge(samples, { slackBytes, residentSlackBytes, maxAgeSeconds: keepSeconds * 1.25 + 15 });
    return { cycles: done, samples, problems: [...grown, ...(await whatStays(() => leftovers(lab, client)))] };
  } finally {
    await lab.stop();
  }
}

/** Answers how to put it back. */
function setEnvironment(environment: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** Half of the wires stay inside a node, half cross to the other. */
async function makeLanes(client: Client): Promise<Lane[]> {
  const lanes = Array.from({ length: LANES }, (_, n): Lane => ({ name: `lane${n}`, pods: [`a${n}`, `b${n}`] }));
  for (const [n, { pods }] of lanes.entries()) {
    for (const [end, pod] of pods.entries()) {
      const node = end === 1 && n % 2 === 1 ? "right" : "left";
      await client.createPod({ name: pod }, { node, sandbox: { managed: true } });
    }
  }
  return lanes;
}

/** What is still there after the time that taking it away may need. */
async function whatStays(look: () => Promise<string[]>): Promise<string[]> {
  const deadline = performance.now() + END_MS;
  for (;;) {
    const found = await look();
    if (found.length === 0 || performance.now() > deadline) return found.map((text) => `left over: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
