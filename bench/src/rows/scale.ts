import type { Link, List } from "@ratchet/contracts";
import { eventually, Random } from "@ratchet/testkit";
import { BenchApi } from "../bench-api.js";
import type { Figure, Row } from "../figure.js";
import { Fleet } from "../fleet/fleet.js";
import { monotonicMs } from "../fleet/messages.js";
import { residentMiB } from "../memory.js";
import { medianOf, millisecondsOf, quantileOf } from "../statistics.js";

const LARGEST_LINKS = 50_000;
const SIZES = [
  { agents: 100, links: 5_000 },
  { agents: 1_000, links: LARGEST_LINKS },
];
const PODS_A_NODE = 10;
const CUTS = 150;
/** Each cut is followed by its restore, so that all is Up again. */
const CHANGES = 2 * CUTS;
const DOCUMENTS_AT_ONCE = 5_000;
const PAGE = 1_000;
const BAR_MS = 250;
const BAR_MIB = 1024;
const LINKS = "/api/v1/namespaces/default/links";

export const scale: Row = {
  name: "scale",
  about:
    "100, then 1,000 simulated agents and 50,000 links on one API process: change to agent, lists, snapshot, start-up",
  async measure(say) {
    await using api = new BenchApi();
    const fleet = new Fleet();
    try {
      await api.start();
      const figures: Figure[] = [];
      const sent: Sent[] = [];
      let nodes = 0;
      let links = 0;
      for (const size of SIZES) {
        const applied = await millisecondsOf(() => grow(api, { nodes, links }, size));
        say(`${size.agents} nodes, ${size.links} links: applied in ${(applied / 1000).toFixed(1)} s`);
        fleet.start(api.url, namesOf(nodes, size.agents));
        const up = await millisecondsOf(() => allUp(api, size.links));
        say(`${size.agents} agents connected, ${size.links} links Up after ${(up / 1000).toFixed(1)} s`);
        ({ agents: nodes, links } = size);
        sent.push(await sentUntilUp(fleet, size));
        figures.push(...(await changes(api, fleet, size, say)));
      }
      figures.push(...(await lists(api, links, say)));
      const whole = await snapshot(api, links, say);
      figures.push(...whole.figures, ...sent.map((each) => shareOf(each, whole.bytes)));
      figures.push(...(await startUp(api, fleet, links, say)));
      return figures;
    } finally {
      await fleet.stop();
    }
  },
};

const namesOf = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `n${from + i}`);

/** Adds pods of more nodes, and links between pods of neighbouring nodes. */
async function grow(api: BenchApi, from: { nodes: number; links: number }, to: { agents: number; links: number }) {
  const documents: object[] = [];
  const meta = (kind: string, name: string) => ({ apiVersion: "ratchet.network/v1alpha1", kind, metadata: { name } });
  for (const node of namesOf(from.nodes, to.agents))
    for (let pod = 0; pod < PODS_A_NODE; pod++)
      documents.push({ ...meta("Pod", `${node}-p${pod}`), spec: { node, sandbox: { managed: true } } });
  for (let i = from.links; i < to.links; i++) {
    const near = from.nodes + (i % (to.agents - from.nodes));
    const far = near + 1 < to.agents ? near + 1 : 0;
    const ends = [near, far].map((node, end) => ({
      pod: `n${node}-p${i % PODS_A_NODE}`,
      interface: `${"ab"[end]}${i}`,
    }));
    documents.push({ ...meta("Link", `l${i}`), spec: { endpoints: ends } });
  }
  for (let at = 0; at < documents.length; at += DOCUMENTS_AT_ONCE)
    await api.client.must("POST", "/api/v1/apply", documents.slice(at, at + DOCUMENTS_AT_ONCE));
}

async function allUp(api: BenchApi, count: number): Promise<void> {
  await eventually(
    async () => {
      const { body } = await api.client.request<string>("GET", "/metrics");
      const up = Number(/^ratchet_links\{phase="Up"\} (\d+)$/m.exec(body)?.[1]);
      if (up !== count) throw new Error(`${up} of ${count} links are Up`);
    },
    { withinMs: 600_000, everyMs: 1000 },
  );
}

/** What one agent was sent until everything was Up, in bytes: the median. */
interface Sent {
  what: string;
  links: number;
  bytes: number;
}

async function sentUntilUp(fleet: Fleet, { agents, links }: (typeof SIZES)[number]): Promise<Sent> {
  const { bytes } = await fleet.figures();
  return { what: sizeOf({ agents, links }), links, bytes: medianOf(bytes) };
}

/** Beside all that a browser is sent of so many links: an agent gets its own node's part. */
function shareOf({ what, links, bytes }: Sent, snapshotBytes: number): Figure {
  const all = (snapshotBytes * links) / LARGEST_LINKS;
  return {
    what: `sent to one agent until all is Up, ${what}`,
    value: bytes / 1024,
    unit: "KiB",
    baseline: { what: "the snapshot of it all", value: all / 1024 },
  };
}

const sizeOf = ({ agents, links }: (typeof SIZES)[number]) => `${agents} agents, ${links} links`;

/** One link after the other cut or restored: from the request to the later of its two agents. */
async function changes(
  api: BenchApi,
  fleet: Fleet,
  { agents, links }: { agents: number; links: number },
  say: (line: string) => void,
): Promise<Figure[]> {
  await fleet.figures();
  const random = new Random("scale");
  const samples: number[] = [];
  for (let count = 0; count < CUTS; count++) {
    const name = `l${random.int(links)}`;
    for (const state of ["down", "up"]) {
      const told = fleet.told(name, state, 2);
      const asked = monotonicMs();
      await api.client.patchLink(name, { spec: { state } });
      samples.push((await told) - asked);
    }
  }
  const { bytes, assignments } = await fleet.figures();
  const [p50, p99] = [medianOf(samples), quantileOf(samples, 0.99)];
  const [memory, most] = [residentMiB(api.pid), residentMiB(api.pid, "most")];
  const eachOf = (counts: number[]) => counts.reduce((sum, each) => sum + each, 0) / CHANGES;
  say(`${agents} agents: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  say(`${agents} agents: API ${memory.toFixed(0)} MiB, at most ${most.toFixed(0)} MiB`);
  const what = sizeOf({ agents, links });
  return [
    { what: `change to agent, median, ${what}`, value: p50, unit: "ms" },
    {
      ...{ what: `change to agent, p99, ${what}`, value: p99, unit: "ms" },
      ...(agents < 1000 ? {} : { bar: `${BAR_MS} ms`, isMet: p99 <= BAR_MS }),
    },
    {
      ...{ what: `memory of the API, ${what}`, value: memory, unit: "MiB" },
      ...(agents < 1000 ? {} : { bar: `${BAR_MIB} MiB`, isMet: memory <= BAR_MIB }),
    },
    { what: `and the most it had while they came, ${what}`, value: most, unit: "MiB" },
    { what: `sent to all agents for one change, ${what}`, value: eachOf(bytes) / 1024, unit: "KiB" },
    {
      ...{ what: `assignments sent for one change, ${what}`, value: eachOf(assignments), unit: "" },
      ...{ bar: "2, one to each end", isMet: eachOf(assignments) <= 2 },
    },
  ];
}

async function lists(api: BenchApi, links: number, say: (line: string) => void): Promise<Figure[]> {
  const pages: number[] = [];
  let next: string | undefined;
  let seen = 0;
  do {
    const query = `limit=${PAGE}${next === undefined ? "" : `&continue=${encodeURIComponent(next)}`}`;
    pages.push(
      await millisecondsOf(async () => {
        const { items, metadata } = await api.client.must<List<Link>>("GET", `${LINKS}?${query}`);
        seen += items.length;
        next = (metadata as { continue?: string }).continue;
      }),
    );
  } while (next !== undefined);
  if (seen !== links) throw new Error(`${seen} of ${links} links were listed`);
  const whole = pages.reduce((sum, ms) => sum + ms, 0);
  say(`${links} links: ${whole.toFixed(0)} ms in ${pages.length} pages`);
  return [
    { what: `${links} links listed in pages of ${PAGE}`, value: whole / 1000, unit: "s" },
    { what: `one page of ${PAGE} of them, median`, value: medianOf(pages), unit: "ms" },
  ];
}

/** All that a browser is sent when it comes. */
async function snapshot(api: BenchApi, links: number, say: (line: string) => void) {
  let bytes = 0;
  const took = await millisecondsOf(async () => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/stream`);
    bytes = await new Promise<number>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(Buffer.byteLength(String(data)));
      socket.onerror = () => reject(new Error("no stream"));
    });
    socket.close();
  });
  const note = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  say(`${links} links: snapshot of ${note} in ${took.toFixed(0)} ms`);
  const what = `${links} links and their pods streamed as a snapshot`;
  return { bytes, figures: [{ what, value: took / 1000, unit: "s", note }] satisfies Figure[] };
}

async function startUp(api: BenchApi, fleet: Fleet, links: number, say: (line: string) => void): Promise<Figure[]> {
  const before = (await fleet.figures()).agents;
  const { body } = await api.client.request<string>("GET", "/metrics");
  const up = Number(/^ratchet_links\{phase="Up"\} (\d+)$/m.exec(body)?.[1]);
  await api.stop();
  const start = performance.now();
  const ready = await api.start();
  await allUp(api, up);
  const all = performance.now() - start;
  say(`started on ${links} links in ${ready.toFixed(0)} ms; ${before} agents are back after ${all.toFixed(0)} ms`);
  return [
    { what: `API started on ${links} links`, value: ready / 1000, unit: "s" },
    { what: `and all ${before} agents back, every link as before`, value: all / 1000, unit: "s" },
  ];
}
