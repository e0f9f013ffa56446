import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelEvent } from "@ratchet/netcore";
import { eventually } from "@ratchet/testkit";
import { BenchLab, numberedLink } from "../bench-lab.js";
import { BenchNamespaces, batch, nameOf } from "../bench-namespaces.js";
import type { Figure, Row } from "../figure.js";
import { untilKernelTells } from "../kernel-moment.js";
import { medianOf, spreadOf } from "../statistics.js";

const ROUNDS = 20;
const FAULTS = "/api/v1/namespaces/default/faults";
const HEAL = "/api/v1/namespaces/default/heal";
const LINK = "/api/v1/namespaces/default/links/l0";

interface LinkBody {
  status: { phase: string; impairments?: unknown[] };
}

export const faultEffect: Row = {
  name: "fault-effect",
  about: "from the call that begins a fault to its effect in the kernel, against `ip` and `tc` by hand",
  async measure() {
    await using lab = await BenchLab.open("fault");
    using hands = new BenchNamespaces();
    await lab.pod("a", "left");
    const far = await lab.pod("b", "left");
    await lab.client.must("POST", "/api/v1/namespaces/default/links", numberedLink(0, "a", "b"));
    await lab.lab.settle();
    const hand = hands.add("hand");
    const handFar = hands.add("far");
    // Ends of one index are told late: the kernel takes them for one device (linkwatch_urgent_event).
    batch("ip", hand, [`link add h0 index 1000 type veth peer name h1 netns ${nameOf(handFar)}`, "link set h0 up"]);
    batch("ip", handFar, ["link set h1 up"]);
    const panel = await panelOf(lab);

    const cuts: number[] = [];
    const cutsByHand: number[] = [];
    const delays: number[] = [];
    const delaysByHand: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      cuts.push(await untilKernelTells(far, () => begin(lab, { type: "down" }, round), lostCarrier("b0")));
      await healed(lab);
      cutsByHand.push(
        await untilKernelTells(
          handFar,
          () => run("ip", "-n", nameOf(hand), "link", "set", "h0", "down"),
          lostCarrier("h1"),
        ),
      );
      await run("ip", "-n", nameOf(hand), "link", "set", "h0", "up");
      const impair = { type: "impair", impairment: { delayMs: 50 } };
      delays.push(await untilKernelTells(panel, () => begin(lab, impair, round + ROUNDS), twoDetours()));
      await healed(lab);
      // What this kernel has: a qdisc that shapes, where it may have none that delays.
      const tbf = ["qdisc", "replace", "dev", "h0", "root", "tbf", "rate", "1gbit", "burst", "64k", "latency", "50ms"];
      delaysByHand.push(await untilKernelTells(hand, () => run("tc", "-n", nameOf(hand), ...tbf), isQdisc("tbf")));
      await run("tc", "-n", nameOf(hand), "qdisc", "del", "dev", "h0", "root");
    }
    return [
      figureOf("fault (cut): call to carrier lost at the far end", cuts, "`ip link set down`", cutsByHand),
      figureOf(
        "fault (delay both ways): call to frames led through the relay",
        delays,
        "`tc qdisc replace`",
        delaysByHand,
      ),
    ];
  },
};

function figureOf(what: string, ours: number[], baseline: string, theirs: number[]): Figure {
  const [value, by] = [medianOf(ours), medianOf(theirs)];
  const figure = { what, value, unit: "ms", baseline: { what: baseline, value: by }, spread: spreadOf(ours) };
  return what.includes("cut") ? { ...figure, bar: "at most 2", isMet: value <= 2 * by } : figure;
}

async function begin(lab: BenchLab, action: object, round: number): Promise<void> {
  const metadata = { name: `bench-${round}` };
  await lab.client.must("POST", FAULTS, { metadata, spec: { target: { link: "l0" }, action, durationSeconds: 60 } });
}

async function healed(lab: BenchLab): Promise<void> {
  await lab.client.must("POST", HEAL);
  await eventually(async () => {
    const { status } = await lab.client.must<LinkBody>("GET", LINK);
    if (status.phase !== "Up" || status.impairments !== undefined) throw new Error(`l0 is ${JSON.stringify(status)}`);
  });
  await sleep(100);
}

/** The panel that the pods' wires are in. */
async function panelOf(lab: BenchLab): Promise<string> {
  const { status } = await lab.client.pod("a");
  const netns = status.netns ?? "";
  // `ratchet-LAB.NODE.NAMESPACE.POD` lies beside `ratchet-LAB.NODE.panel`.
  return netns.replace(/\.default\.a$/, ".panel");
}

function lostCarrier(ifName: string): (event: KernelEvent) => boolean {
  return (event) => event.type === "link" && event.link.ifName === ifName && !event.link.hasCarrier;
}

/** Both directions of the wire are led elsewhere than to each other: out of the relay's devices and into them. */
function twoDetours(): (event: KernelEvent) => boolean {
  let seen = 0;
  return (event) => event.type === "filter" && !event.isGone && event.redirect?.hook === "ingress" && ++seen === 4;
}

function isQdisc(kind: string): (event: KernelEvent) => boolean {
  return (event) => event.type === "qdisc" && !event.isGone && event.qdisc.kind === kind;
}

async function run(program: string, ...argv: string[]): Promise<void> {
  const child = spawn(program, argv, { stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${argv.join(" ")} ended with ${code}`);
}
