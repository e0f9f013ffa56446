import { setTimeout as sleep } from "node:timers/promises";
import type { Link, List } from "@ratchet/contracts";
import { eventually } from "@ratchet/testkit";
import { BenchLab, numberedLink } from "../bench-lab.js";
import { cpuSeconds } from "../cpu.js";
import type { Figure, Row } from "../figure.js";
import { StreamWatch } from "../stream-watch.js";

const WIRES = 1500;
const FOR_MS = 30_000;
const PROBE_VARIABLE = "RATCHET_PROBE_SECONDS";

/** What the processes did in one stretch. */
interface Spent {
  /** Of one processor, in per cent. */
  agent: number;
  api: number;
}

export const telemetry: Row = {
  name: "telemetry",
  about: "what measuring 1,500 links of one node costs: processor time, and bytes to a browser that looks",
  async measure(say) {
    const without = await withProbeSeconds("0", async () => {
      await using lab = await wired("off", say);
      // The lab goes when this is left.
      return await spentBy(lab);
    });
    say(`no echoes, nobody looks: agent ${without.agent.toFixed(2)} %, API ${without.api.toFixed(2)} %`);
    await using lab = await wired("on", say);
    const idle = await spentBy(lab);
    say(`an echo each 5 s, nobody looks: agent ${idle.agent.toFixed(2)} %, API ${idle.api.toFixed(2)} %`);
    const { items } = await lab.client.must<List<Link>>("GET", "/api/v1/namespaces/default/links?limit=10000");
    const uids = items.map((link) => link.metadata.uid);
    const watch = await StreamWatch.open(lab.lab.url, uids);
    const before = watch.bytes;
    const looked = await spentBy(lab);
    const bytesPerSecond = ((watch.bytes - before) * 1000) / FOR_MS;
    watch.close();
    say(`one browser looks at 500: agent ${looked.agent.toFixed(2)} %, API ${looked.api.toFixed(2)} %`);
    say(`${(bytesPerSecond / 1000).toFixed(1)} kB/s to that browser`);
    const agent = (what: string, { agent: value }: Spent): Figure => ({
      what: `agent with ${WIRES} links on its node, ${what}`,
      value,
      unit: "% of a processor",
      baseline: { what: "without echoes, nobody looks", value: without.agent },
    });
    return [
      agent("an echo over each every 5 s, nobody looks", idle),
      agent("and one browser that looks at 500 of them", looked),
      {
        ...{ what: "API meanwhile, one browser", value: looked.api, unit: "% of a processor" },
        baseline: { what: "without echoes, nobody looks", value: without.api },
      },
      { what: "stream to a browser that looks at 500 links", value: bytesPerSecond / 1000, unit: "kB/s" },
    ];
  },
};

async function wired(name: string, say: (line: string) => void): Promise<BenchLab> {
  const lab = await BenchLab.open(`telemetry-${name}`);
  await lab.pod("a", "left");
  await lab.pod("b", "left");
  const documents = Array.from({ length: WIRES }, (_, i) => numberedLink(i, "a", "b"));
  await lab.client.must("POST", "/api/v1/apply", documents);
  await eventually(
    async () => {
      const list = await lab.client.must<List<Link>>("GET", "/api/v1/namespaces/default/links?limit=10000");
      const up = list.items.filter((link) => link.status.phase === "Up").length;
      if (up < WIRES) throw new Error(`${up} of ${WIRES} are Up`);
    },
    { withinMs: 300_000, everyMs: 500 },
  );
  say(`${WIRES} wires are Up`);
  // Neighbours find each other, and what making them left to do is done.
  await sleep(FOR_MS / 2);
  return lab;
}

async function spentBy(lab: BenchLab): Promise<Spent> {
  const pids = { agent: lab.pid("agent left"), api: lab.pid("api") };
  const before = { agent: cpuSeconds(pids.agent), api: cpuSeconds(pids.api) };
  await sleep(FOR_MS);
  const share = (who: "agent" | "api") => ((cpuSeconds(pids[who]) - before[who]) * 100_000) / FOR_MS;
  return { agent: share("agent"), api: share("api") };
}

/** The lab's processes have this one's environment. */
async function withProbeSeconds<T>(seconds: string, work: () => Promise<T>): Promise<T> {
  const before = process.env[PROBE_VARIABLE];
  process.env[PROBE_VARIABLE] = seconds;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env[PROBE_VARIABLE];
    else process.env[PROBE_VARIABLE] = before;
  }
}
