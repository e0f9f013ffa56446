import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { BenchLab } from "../bench-lab.js";
import { BenchNamespaces, batch, nameOf } from "../bench-namespaces.js";
import type { Figure, Row } from "../figure.js";
import { medianOf } from "../statistics.js";

const SECONDS = 2;
const ROUNDS = 5;
const BAR = 0.95;

/** TCP through one wire in Gbit/s: a server in one namespace, a client in the other. */
async function iperf(server: string, client: string, address: string): Promise<number> {
  const daemon = spawn("nsenter", [`--net=${server}`, "iperf3", "-s", "-1", "--forceflush", "-B", address], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(daemon, "exit");
  try {
    await once(daemon.stdout, "data");
    const output = execFileSync("nsenter", [`--net=${client}`, "iperf3", "-J", "-t", `${SECONDS}`, "-c", address]);
    return JSON.parse(output.toString()).end.sum_received.bits_per_second / 1e9;
  } finally {
    daemon.kill();
    await ended;
  }
}

export const throughput: Row = {
  name: "throughput",
  about: "iperf3 through patched wires against hand-made direct ones",
  async measure(say) {
    await using lab = await BenchLab.open("iperf");
    using hands = new BenchNamespaces();
    const [a, b, c] = [await lab.pod("a", "left"), await lab.pod("b", "left"), await lab.pod("c", "right")];
    const ends = (to: string, net: string) => ({
      endpoints: [
        { pod: "a", interface: `to-${to}`, addresses: [`${net}.1/24`] },
        { pod: to, interface: "to-a", addresses: [`${net}.2/24`] },
      ],
    });
    await lab.client.createLink("a-b", ends("b", "10.1.0"));
    await lab.client.createLink("a-c", ends("c", "10.2.0"));
    await lab.lab.settle();

    const hand = {
      a: hands.add("a"),
      b: hands.add("b"),
      c: hands.add("c"),
      left: hands.add("l"),
      right: hands.add("r"),
    };
    handMade(hand);

    const figures: Figure[] = [];
    for (const [what, ours, theirs, ourNet, theirNet] of [
      ["veth", b, hand.b, "10.1.0.2", "10.11.0.2"],
      ["VXLAN", c, hand.c, "10.2.0.2", "10.12.0.2"],
    ] as const) {
      const patched: number[] = [];
      const direct: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        patched.push(await iperf(ours, a, ourNet));
        direct.push(await iperf(theirs, hand.a, theirNet));
        say(`${what}: patched ${patched.at(-1)?.toFixed(1)}, by hand ${direct.at(-1)?.toFixed(1)} Gbit/s`);
      }
      const value = medianOf(patched);
      const baseline = { what: `${what} made by hand`, value: medianOf(direct) };
      figures.push({
        what: `TCP through a patched ${what} wire`,
        value,
        unit: "Gbit/s",
        baseline,
        bar: `at least ${BAR}`,
        isMet: value / baseline.value >= BAR,
      });
    }
    return figures;
  },
};

/** A direct veth a-b, and a direct VXLAN a-c whose sockets lie in two namespaces joined by a bridge, as the lab's underlay is. */
function handMade(ns: Record<"a" | "b" | "c" | "left" | "right", string>): void {
  const name = (key: keyof typeof ns) => nameOf(ns[key]);
  batch("ip", undefined, [
    `link add d0 netns ${name("a")} mtu 1450 type veth peer name d0 netns ${name("b")} mtu 1450`,
    `link add u0 netns ${name("left")} type veth peer name u0 netns ${name("right")}`,
  ]);
  batch("ip", ns.a, ["address add 10.11.0.1/24 dev d0", "link set d0 up"]);
  batch("ip", ns.b, ["address add 10.11.0.2/24 dev d0", "link set d0 up"]);
  for (const [side, here, there, pod] of [
    ["left", 1, 2, "a"],
    ["right", 2, 1, "c"],
  ] as const) {
    batch("ip", ns[side], [
      `address add 10.250.0.${here}/24 dev u0`,
      "link set u0 up",
      `link add v0 netns ${name(pod)} type vxlan id 99 local 10.250.0.${here} remote 10.250.0.${there} dstport 4789 nolearning`,
    ]);
    batch("ip", ns[pod], [`address add 10.12.0.${here}/24 dev v0`, "link set v0 mtu 1450 up"]);
  }
}
