import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { eventually } from "@ratchet/testkit";
import { BenchLab, numberedLink } from "../bench-lab.js";
import type { Figure, Row } from "../figure.js";

const LINKS = "/api/v1/namespaces/default/links";
const MANY = 200;

interface LinkBody {
  status: { phase: string; impairments?: { state: string; engine: string }[] };
}

export const impair: Row = {
  name: "impair",
  about: "impaired wires against the same wire without",
  async measure(say) {
    await using lab = await BenchLab.open("impair");
    const [a, b] = [await lab.pod("a", "left"), await lab.pod("b", "left")];
    const name = "l0";
    await lab.client.must("POST", LINKS, numberedLink(0, "a", "b"));
    await lab.lab.settle();
    const set = async (fields: object | null) => {
      const impairments =
        fields === null
          ? []
          : [
              { from: "a", engine: "relay", ...fields },
              { from: "b", engine: "relay", ...fields },
            ];
      await lab.client.must(
        "PATCH",
        `${LINKS}/${name}`,
        { spec: { impairments } },
        { "content-type": "application/merge-patch+json" },
      );
      await untilActive(lab, name, impairments.length);
    };
    const figures: Figure[] = [];
    const plain = { throughput: iperf(b, a), rtt: rtt(a) };
    const none = { throughput: await plain.throughput, rtt: plain.rtt };
    await set({ delayMs: 0.001 });
    const delayed = { throughput: await iperf(b, a), rtt: rtt(a) };
    await set({ lossPercent: 0.000_01 });
    const framed = { throughput: await iperf(b, a), packets: await iperf(b, a, "-u", "-b", "0", "-l", "64") };
    await set(null);
    say(`TCP: ${none.throughput.bits} / ${delayed.throughput.bits} / ${framed.throughput.bits} Gbit/s`);
    const baseline = { what: "the same wire unimpaired", value: none.throughput.bits };
    figures.push(
      { what: "TCP through the relay, delayed", value: delayed.throughput.bits, unit: "Gbit/s", baseline },
      { what: "TCP through the relay, frame by frame", value: framed.throughput.bits, unit: "Gbit/s", baseline },
      { what: "small packets through the relay", value: framed.packets.packets, unit: "packets/s" },
      {
        what: "round trip through the relay, both ways",
        value: delayed.rtt,
        unit: "ms",
        baseline: { what: "unimpaired", value: none.rtt },
      },
    );
    figures.push(await many(lab));
    return figures;
  },
};

/** One TCP or UDP stream of two seconds. */
async function iperf(server: string, client: string, ...flags: string[]): Promise<{ bits: number; packets: number }> {
  const daemon = spawn("nsenter", [`--net=${server}`, "iperf3", "-s", "-1", "--forceflush"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(daemon, "exit");
  try {
    await once(daemon.stdout, "data");
    const argv = [`--net=${client}`, "iperf3", "-J", "-t", "2", "-c", addressOf(2), ...flags];
    const { end } = JSON.parse(execFileSync("nsenter", argv, { maxBuffer: 1 << 26 }).toString());
    const { bits_per_second, packets = 0, lost_packets = 0, seconds = 1 } = end.sum_received ?? end.sum;
    return { bits: bits_per_second / 1e9, packets: (packets - lost_packets) / seconds };
  } finally {
    daemon.kill();
    await ended;
  }
}

/** Mean of 200 pings, ms. */
function rtt(client: string): number {
  const output = execFileSync("nsenter", [
    `--net=${client}`,
    "ping",
    "-q",
    "-c200",
    "-i0.005",
    addressOf(2),
  ]).toString();
  return Number(/= [\d.]+\/([\d.]+)\//.exec(output)?.[1]);
}

function addressOf(host: number): string {
  return `10.100.0.${host}`;
}

/** The same links with and without, in turn: what an impaired one costs more. */
async function many(lab: BenchLab): Promise<Figure> {
  const plain = await applied(lab, 1, 0);
  const value = await applied(lab, 1 + MANY, 1);
  return {
    what: `${MANY} impaired links at once, apply to all in force`,
    value,
    unit: "ms",
    baseline: { what: `${MANY} links unimpaired, to all Up`, value: plain },
  };
}

async function applied(lab: BenchLab, first: number, directions: 0 | 1): Promise<number> {
  const links = Array.from({ length: MANY }, (_, i) => {
    const link = numberedLink(first + i, "a", "b");
    const impairments = directions === 0 ? [] : [{ from: "a", delayMs: 10, engine: "relay" }];
    return { ...link, spec: { ...link.spec, impairments } };
  });
  const beganAt = performance.now();
  await lab.client.must("POST", "/api/v1/apply", links);
  for (const { metadata } of links) await untilActive(lab, metadata.name, directions);
  return performance.now() - beganAt;
}

function untilActive(lab: BenchLab, name: string, directions: number): Promise<void> {
  return until(lab, name, (link) => isActive(link, directions));
}

function isActive({ status }: LinkBody, directions: number): boolean {
  const states = status.impairments ?? [];
  return status.phase === "Up" && states.length === directions && states.every(({ state }) => state === "active");
}

async function until(lab: BenchLab, name: string, isSo: (link: LinkBody) => boolean): Promise<void> {
  await eventually(async () => {
    const link = await lab.client.must<LinkBody>("GET", `${LINKS}/${name}`);
    if (!isSo(link)) throw new Error(`${name} is ${JSON.stringify(link.status)}`);
  });
}
