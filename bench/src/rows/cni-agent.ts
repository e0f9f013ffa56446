import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TestNode } from "@ratchet/cni-shim/test-node";
import { type TestNode as AgentNode, pod, port, Scene, wire } from "@ratchet/netcore/scene";
import { ptpAlone, succeed } from "../cni-run.js";
import type { Figure, Row } from "../figure.js";
import { residentMiB } from "../memory.js";
import { medianOf, millisecondsOf, spreadOf } from "../statistics.js";

const ROUNDS = 30;
const CROWD = 1_000;
const SANDBOXES = 250;
// A DEL answers before the kernel has let go; the next ADD is to find the node at rest.
const REST_MS = 120;

type Samples = Map<string, number[]>;

/** Pods of Ratchet's with so many links; each has a partner that stays. */
const LINKS = { none: 0, one: 1, ten: 10 } as const;

export const cniAgent: Row = {
  name: "cni-agent",
  about: "CNI ADD and DEL with the real agent: 0, 1 and 10 links, 1,000 links on the node, 250 sandboxes",
  async measure(say) {
    const runtime = new TestNode("agent");
    const scene = await Scene.begin();
    try {
      const socket = join(scene.folder, "cni.sock");
      const node = scene.node("n", {
        flags: ["--cni-socket", socket, "--cni-state", join(scene.folder, "cni"), "--resync-seconds", "30"],
      });
      const startMs = await millisecondsOf(() => node.start());
      await scene.api.until("the agent connects", () => node.peer.hello !== undefined, 20_000);
      return [
        ...(await addAndDelete(runtime, scene, node, say)),
        { what: "agent: start to ready", value: startMs, unit: "ms" },
        ...(await manySandboxes(runtime, scene, node, say)),
      ];
    } finally {
      await scene.end();
      runtime.remove();
    }
  },
};

/** The runtime's part: the executable, run for a pod in the node's namespace. */
class Runtime {
  readonly #node: TestNode;
  readonly #config: object;
  readonly #netns = new Map<string, string>();

  constructor(node: TestNode, scene: Scene) {
    this.#node = node;
    this.#config = node.config({
      agent_socket: join(scene.folder, "cni.sock"),
      state_dir: join(scene.folder, "cni"),
      deadline_seconds: 30,
    });
  }

  /** `links`: how many of its interfaces the answer has to name; undefined for a pod that is not Ratchet's. */
  async run(command: "ADD" | "DEL", name: string, links?: number): Promise<void> {
    const env = this.#node.environment(command, name, this.#netnsOf(name));
    // The uid of the pod as it was assigned.
    env.CNI_ARGS = `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_UID=uid-${name}`;
    const stdout = await succeed(this.#node.run(env, this.#config));
    if (command === "DEL" || links === undefined) return;
    const { interfaces } = JSON.parse(stdout) as { interfaces: { name: string }[] };
    const wired = interfaces.filter(({ name: ifName }) => /^(in|out)\d+$/.test(ifName)).length;
    if (wired !== links) throw new Error(`${name} has ${wired} of its ${links} links`);
  }

  alone(command: "ADD" | "DEL", name: string): Promise<void> {
    return ptpAlone(this.#node, this.#node.environment(command, name, this.#netnsOf(name)));
  }

  #netnsOf(name: string): string {
    const known = this.#netns.get(name) ?? this.#node.addNamespace(name);
    this.#netns.set(name, known);
    return known;
  }
}

async function addAndDelete(
  runtimeNode: TestNode,
  scene: Scene,
  node: AgentNode,
  say: (line: string) => void,
): Promise<Figure[]> {
  const runtime = new Runtime(runtimeNode, scene);
  for (const [name, count] of Object.entries(LINKS)) assignPair(node, name, count);
  await scene.api.until("the agent took the pods in", () => node.peer.takenIn === node.peer.sentVersion, 20_000);
  for (const [name, count] of Object.entries(LINKS)) if (count > 0) await runtime.run("ADD", `${name}-partner`, count);

  const quiet: Samples = new Map();
  const kinds = ["ptp", "other", ...Object.keys(LINKS)];
  for (let round = 0; round < ROUNDS; round++) await oneRound(runtime, kinds, quiet);

  say(`${CROWD} links on the node`);
  assignCrowd(node);
  const isWhole = () => [...node.peer.wireReports.values()].filter(({ isPatched }) => isPatched).length >= CROWD;
  await scene.api.until(`${CROWD} links are up`, isWhole, 120_000);
  const crowded: Samples = new Map();
  for (let round = 0; round < ROUNDS; round++) await oneRound(runtime, ["ptp", "other", "one"], crowded);

  return [
    ratioFigure("CNI ADD, pod of Ratchet's without link", quiet, "none ADD"),
    ratioFigure("CNI ADD, with 1 link", quiet, "one ADD"),
    figure("CNI ADD, with 10 links", quiet, "ten ADD"),
    ratioFigure(`CNI ADD, with 1 link, ${CROWD} links on the node`, crowded, "one ADD"),
    aboveFigure("CNI ADD, another pod", quiet),
    aboveFigure(`CNI ADD, another pod, ${CROWD} links on the node`, crowded),
    figure("CNI DEL, pod of Ratchet's without link", quiet, "none DEL"),
    figure("CNI DEL, with 1 link", quiet, "one DEL"),
    figure("CNI DEL, with 10 links", quiet, "ten DEL"),
    figure(`CNI DEL, with 1 link, ${CROWD} links on the node`, crowded, "one DEL"),
    figure("CNI DEL, another pod", quiet, "other DEL"),
  ];
}

/** Each kind of pod comes and goes once, one after another, so that the machine's other work meets all alike. */
async function oneRound(runtime: Runtime, kinds: readonly string[], samples: Samples): Promise<void> {
  for (const kind of kinds) {
    for (const command of ["ADD", "DEL"] as const) {
      const work = () => (kind === "ptp" ? runtime.alone(command, kind) : runtime.run(command, kind, linksOf(kind)));
      const list = samples.get(`${kind} ${command}`) ?? [];
      list.push(await millisecondsOf(work));
      samples.set(`${kind} ${command}`, list);
    }
    await delay(REST_MS);
  }
}

function assignPair(node: AgentNode, name: string, count: number): void {
  const partner = `${name}-partner`;
  const links = Array.from({ length: count }, (_, i) => i);
  node.peer.change({
    pods: [name, partner].map((item) => pod(item, { sandbox: { cni: true } })),
    ports: links.flatMap((i) => [port(name, `in${i}`, `10.1.${i}.1/24`), port(partner, `out${i}`, `10.1.${i}.2/24`)]),
    wires: links.map((i) => wire(`${name}-${i}`, `${name}:in${i}`, `${partner}:out${i}`)),
  });
}

/** Two pods that the agent makes itself, with all the links between them. */
function assignCrowd(node: AgentNode): void {
  const links = Array.from({ length: CROWD }, (_, i) => i);
  const address = (i: number, host: number) => `10.2.${i >> 6}.${(i & 63) * 4 + host}/30`;
  node.peer.change({
    pods: [pod("crowd-a"), pod("crowd-b")],
    ports: links.flatMap((i) => [port("crowd-a", `a${i}`, address(i, 1)), port("crowd-b", `b${i}`, address(i, 2))]),
    wires: links.map((i) => wire(`crowd-${i}`, `crowd-a:a${i}`, `crowd-b:b${i}`)),
  });
}

function linksOf(kind: string): number | undefined {
  return kind in LINKS ? LINKS[kind as keyof typeof LINKS] : undefined;
}

/** With one link each, 125 of them: added one after another, as a runtime does on a node that starts. */
async function manySandboxes(
  runtimeNode: TestNode,
  scene: Scene,
  node: AgentNode,
  say: (line: string) => void,
): Promise<Figure[]> {
  const [wires, ports, pods] = [node.peer.wires, node.peer.ports, node.peer.pods].map((map) => [...map.keys()]);
  node.peer.change({ removedWires: wires ?? [], removedPods: pods ?? [], removedPorts: [...node.peer.ports.values()] });
  await scene.api.until("the node is empty", () => node.peer.portReports.size === 0 && ports !== undefined, 60_000);
  await node.kill("SIGTERM");
  await node.start();
  const { pid } = node.agent ?? {};
  if (pid === undefined) throw new Error("the agent does not run");
  const beforeMiB = residentMiB(pid);

  say(`${SANDBOXES} sandboxes`);
  const runtime = new Runtime(runtimeNode, scene);
  const pairs = Array.from({ length: SANDBOXES / 2 }, (_, i) => `m${i}`);
  for (const name of pairs) assignPair(node, name, 1);
  for (const name of pairs) {
    await runtime.run("ADD", name, 1);
    await runtime.run("ADD", `${name}-partner`, 1);
  }
  return [
    { what: "agent: resident memory without sandboxes", value: beforeMiB, unit: "MiB" },
    { what: `agent: resident memory with ${SANDBOXES} sandboxes, a link each`, value: residentMiB(pid), unit: "MiB" },
  ];
}

function figure(what: string, samples: Samples, key: string): Figure {
  const own = samples.get(key) ?? [];
  const against = samples.get(`ptp ${key.split(" ")[1]}`) ?? [];
  return {
    what,
    value: medianOf(own),
    unit: "ms",
    spread: spreadOf(own),
    baseline: { what: "ptp alone", value: medianOf(against) },
  };
}

function ratioFigure(what: string, samples: Samples, key: string): Figure {
  const { baseline, ...rest } = figure(what, samples, key);
  const limit = 1.5 * (baseline?.value ?? 0);
  return { ...rest, ...(baseline && { baseline }), bar: "at most 1.5 of ptp", isMet: rest.value <= limit };
}

function aboveFigure(what: string, samples: Samples): Figure {
  const { baseline, ...rest } = figure(what, samples, "other ADD");
  const limit = (baseline?.value ?? 0) + 20;
  return { ...rest, ...(baseline && { baseline }), bar: "at most 20 ms above", isMet: rest.value <= limit };
}
