import type { Link } from "@ratchet/contracts";
import { processesIn } from "../host/namespace-processes.js";
import { namespacesWith } from "../host/namespaces.js";
import type { Lab } from "../lab.js";
import { ping, pingUntilAnswered } from "../topology/ping.js";
import { interfacesOf, isUnplugged, type KernelInterface } from "./kernel.js";
import { claim, type Prover, until } from "./prover.js";
import { proveReplicas } from "./replica-proofs.js";
import { differences, type Snapshot, takeSnapshot } from "./snapshot.js";

const TUNNEL = "quagga-a-quagga-b";
const OUTER = "quagga-b-centosb";
const FAR_ADDRESSES = ["192.168.4.101", "4.4.4.4"];
// The way back to the loopback is learnt by itself; once it is there, so is every route of both routers.
const BACK = { from: "centosb", address: "1.1.1.1" };
const TTL = 62;
const PODS = ["centosa", "quagga-a", "quagga-b", "centosb"];

/** Proves the cloud router of a running lab; believes the kernel alone where the kernel can be asked. */
export async function proveCloudRouter(lab: Lab, prover: Prover): Promise<void> {
  const { pods, nodeOf } = await placesOf(lab);
  const netns = (pod: string) => pods.get(pod) ?? "/nonexistent";
  const findInterface = async (pod: string, name: string): Promise<KernelInterface | undefined> =>
    (await interfacesOf(netns(pod))).find((item) => item.name === name);

  await prover.prove("2 nodes", () => proveNodes(lab));
  await prover.prove("4 pods", async () => {
    claim(pods.size === PODS.length, `found ${[...pods.keys()].join(", ")}`);
    return PODS.map((pod) => `${pod} on ${nodeOf.get(pod)}`).join(", ");
  });
  await prover.prove("2 veth wires, 1 tunnel", () => proveWires(lab, nodeOf));
  const reach = async (timeoutMs: number) => {
    const figures: string[] = [];
    for (const address of FAR_ADDRESSES) {
      const answer = await pingUntilAnswered(netns("centosa"), address, timeoutMs);
      claim(answer !== undefined, `no answer from ${address} within ${timeoutMs / 1000} s`);
      claim(answer.ttl === TTL, `${address} answers with ttl ${answer.ttl} instead of ${TTL}`);
      figures.push(`${address} ttl ${answer.ttl} in ${answer.rttMs} ms`);
    }
    const back = await pingUntilAnswered(netns(BACK.from), BACK.address, timeoutMs);
    claim(back?.ttl === TTL, `${BACK.from} does not reach ${BACK.address} with ttl ${TTL}`);
    return figures.join(", ");
  };
  await prover.prove("ping from centosa through the tunnel", () => reach(20_000));

  await prover.prove("cut", async () => {
    await lab.api.patchLink(TUNNEL, { spec: { state: "down" } });
    const { ms } = await until(2_000, "mid1 and mid2 have not both lost the carrier", async () => {
      const ends = [await findInterface("quagga-a", "mid1"), await findInterface("quagga-b", "mid2")];
      return ends.every(isUnplugged);
    });
    for (const address of FAR_ADDRESSES) {
      claim((await ping(netns("centosa"), address, 500)) === undefined, `${address} still answers`);
    }
    return `mid1 and mid2 NO-CARRIER and administratively up ${ms.toFixed(0)} ms after the answer; pings lost`;
  });
  await prover.prove("restore", async () => {
    await lab.api.patchLink(TUNNEL, { spec: { state: "up" } });
    const { ms } = await until(2_000, "mid1 and mid2 have no carrier", async () => {
      const ends = [await findInterface("quagga-a", "mid1"), await findInterface("quagga-b", "mid2")];
      return ends.every((item) => item?.hasCarrier);
    });
    return `carrier at both ends after ${ms.toFixed(0)} ms; ${await reach(20_000)}`;
  });

  const { killEtcdLeader } = lab;
  if (killEtcdLeader !== undefined) {
    await prover.prove("kill -9 of the etcd leader", async () => {
      const name = await killEtcdLeader();
      const { ms } = await until(15_000, "no write is taken", async () => {
        const taken = lab.api.patchLink(TUNNEL, { metadata: { labels: { leader: name.replace(" ", "-") } } });
        return taken.then(
          () => true,
          () => false,
        );
      });
      return `${name} led; a write is taken ${ms.toFixed(0)} ms later; ${await reach(5_000)}`;
    });
  }

  if (lab.replicas.length > 1) await proveReplicas({ lab, prover, pods, link: TUNNEL, reach });

  let before: Snapshot = new Map();
  const unchanged = async (except: string[]) => {
    // Routing daemons may have to learn again what they had learnt: the end state counts.
    let lines: string[] = [];
    await until(15_000, "something else changed", async () => {
      lines = differences(before, await takeSnapshot(pods), except);
      return lines.length === 0;
    }).catch((error: Error) => {
      error.message += `: ${lines.join("; ")}`;
      throw error;
    });
    return before.size - except.filter((key) => before.has(key)).length;
  };
  await prover.prove("re-route one end to another pod and node", async () => {
    before = await takeSnapshot(pods);
    const to = { pod: "centosa", interface: "out2", addresses: ["192.168.4.102/24"], routes: [] };
    const link = await lab.api.reroute(OUTER, { endpoint: 1, to });
    claim(link.metadata.name === OUTER, "the answer is not the link");
    const answer = await pingUntilAnswered(netns("quagga-b"), "192.168.4.102", 5_000);
    claim(answer?.ttl === 64, "quagga-b does not reach the new end");
    const { value } = await until(2_000, "the old end is still in centosb", async () => {
      return (await findInterface("centosb", "out2")) === undefined && (await findInterface("centosa", "out2"));
    });
    const kept = await unchanged(["centosb:out2", "centosa:out2"]);
    return `quagga-b reaches centosa:out2 (${value.mac}) in ${answer.rttMs} ms; ${kept} other interfaces keep index, MAC and routes`;
  });
  await prover.prove("re-route it back", async () => {
    const routes = [{ to: "default", via: "192.168.4.100" }];
    const to = { pod: "centosb", interface: "out2", addresses: ["192.168.4.101/24"], routes };
    await lab.api.reroute(OUTER, { endpoint: 1, to });
    const found = await reach(20_000);
    const kept = await unchanged(["centosb:out2"]);
    const { links } = await lab.api.topology();
    const broken = links.filter((link) => link.status.phase !== "Up").map((link) => link.metadata.name);
    claim(broken.length === 0, `the page would not show ${broken.join(", ")} as Up`);
    return `${found}; ${kept} other interfaces as before`;
  });

  await prover.prove("delete everything", async () => {
    const topology = await lab.api.topology();
    for (const link of topology.links) await lab.api.delete("links", link.metadata.name);
    for (const pod of topology.pods) await lab.api.delete("pods", pod.metadata.name);
    const { ms } = await until(10_000, "something of the pods is left in the kernel", async () => {
      if ([...pods.values()].some((path) => namespacesWith(path.slice(path.lastIndexOf("/") + 1)).length > 0))
        return false;
      for (const node of lab.nodes) {
        if ((await interfacesOf(lab.panelNetns(node.name))).length > 0) return false;
      }
      return true;
    });
    return `3 links and 4 pods; panels empty and pods gone ${ms.toFixed(0)} ms later`;
  });
}

async function placesOf(lab: Lab): Promise<{ pods: Map<string, string>; nodeOf: Map<string, string> }> {
  const topology = await lab.api.topology();
  const pods = new Map<string, string>();
  const nodeOf = new Map<string, string>();
  for (const { metadata, status } of topology.pods) {
    if (status.netns !== null) pods.set(metadata.name, status.netns);
    if (status.node !== null) nodeOf.set(metadata.name, status.node);
  }
  return { pods, nodeOf };
}

async function proveNodes(lab: Lab): Promise<string> {
  const { items } = await lab.api.nodes();
  claim(items.length === 2, `there are ${items.length}`);
  for (const node of items) {
    claim(node.status.phase === "Ready", `${node.metadata.name} is ${node.status.phase}`);
    const path = lab.nodeNetns(node.metadata.name);
    const underlay = (await interfacesOf(path)).find((item) => item.name === node.spec.parentInterface);
    const address = underlay?.addresses[0] ?? "";
    claim(address.startsWith(`${node.spec.vtepAddress}/`), `${node.metadata.name} has ${address} on its underlay`);
    // The agent visits other namespaces for moments at a time: it is looked for more than once.
    await until(2_000, `no agent runs on ${node.metadata.name}`, async () => {
      return processesIn([lab.names.node(node.metadata.name)]).length > 0;
    });
  }
  return items.map((node) => `${node.metadata.name} ${node.spec.vtepAddress}`).join(", ");
}

async function proveWires(lab: Lab, nodeOf: ReadonlyMap<string, string>): Promise<string> {
  const { links } = await lab.api.topology();
  const veths = links.filter((link) => link.status.transport === "veth");
  const tunnels = links.filter((link) => link.status.transport === "vxlan");
  claim(veths.length === 2 && tunnels.length === 1, `${veths.length} veth, ${tunnels.length} vxlan`);
  const vni = tunnels[0]!.status.vni;
  claim(vni !== null, "the tunnel has no VNI");
  for (const node of lab.nodes) {
    const found = (await interfacesOf(lab.panelNetns(node.name))).filter((item) => item.kind === "vxlan");
    claim(found.length === 1 && found[0]!.vni === vni, `the panel of ${node.name} has no tunnel with VNI ${vni}`);
    const other = lab.nodes.find((item) => item.name !== node.name)!;
    claim(found[0]!.remote === other.address, `the tunnel of ${node.name} leads to ${found[0]!.remote}`);
  }
  const mtus = await Promise.all(links.map((link) => proveCarrier(lab, link, nodeOf)));
  return `all with carrier at both ends, MTU ${[...new Set(mtus)].join("/")}; VNI ${vni}`;
}

async function proveCarrier(lab: Lab, link: Link, nodeOf: ReadonlyMap<string, string>): Promise<number> {
  const mtus: number[] = [];
  for (const end of link.spec.endpoints) {
    claim("pod" in end, "an end is not in a pod");
    const interfaces = await interfacesOf(lab.podNetns(nodeOf.get(end.pod) ?? "", end.pod));
    const found = interfaces.find((item) => item.name === end.interface);
    claim(found?.hasCarrier === true, `${end.pod}:${end.interface} has no carrier`);
    for (const address of end.addresses ?? []) {
      claim(found.addresses.includes(address), `${end.pod}:${end.interface} lacks ${address}`);
    }
    mtus.push(found.mtuBytes);
  }
  claim(mtus[0] === mtus[1], `the ends of ${link.metadata.name} differ in MTU: ${mtus.join(", ")}`);
  return mtus[0]!;
}
