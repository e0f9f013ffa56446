import { readdirSync } from "node:fs";
import { busyboxPod } from "@ratchet/kube-cluster";
import type { KubeLab } from "../kube/kube-lab.js";
import { ping, pingUntilAnswered } from "../topology/ping.js";
import { interfacesOf, isUnplugged, type KernelInterface, routesOf } from "./kernel.js";
import { claim, type Prover, until } from "./prover.js";
import { differences, takeSnapshot } from "./snapshot.js";

const TUNNEL = "quagga-a-quagga-b";
const OUTER = "quagga-b-centosb";
const FAR_ADDRESSES = ["192.168.4.101", "4.4.4.4"];
const TTL = 62;
/** As labelled: every interface of every pod with its address. */
const LABELLED: Record<string, Record<string, string>> = {
  centosa: { in1: "192.168.2.100/24" },
  "quagga-a": { in2: "192.168.2.101/24", mid1: "192.168.3.100/24" },
  "quagga-b": { mid2: "192.168.3.101/24", out1: "192.168.4.100/24" },
  centosb: { out2: "192.168.4.101/24" },
};

/** Proves the cloud router on a real Kubernetes; believes the kernel where the kernel can be asked. */
export async function proveKubeCloudRouter(lab: KubeLab, prover: Prover): Promise<void> {
  const { cluster, api } = lab;
  let netns = await namespacesOf(lab);
  const find = async (pod: string, name: string): Promise<KernelInterface | undefined> =>
    (await interfacesOf(netns.get(pod) ?? "/nonexistent")).find((item) => item.name === name);
  const reach = async (timeoutMs: number) => {
    const figures: string[] = [];
    for (const address of FAR_ADDRESSES) {
      const answer = await pingUntilAnswered(netns.get("centosa") ?? "", address, timeoutMs);
      claim(answer !== undefined, `no answer from ${address} within ${timeoutMs / 1000} s`);
      claim(answer.ttl === TTL, `${address} answers with ttl ${answer.ttl} instead of ${TTL}`);
      figures.push(`${address} ttl ${answer.ttl} in ${answer.rttMs} ms`);
    }
    return figures.join(", ");
  };

  await prover.prove("2 nodes", async () => {
    const { items } = await api.nodes();
    const ready = items.filter((item) => item.status.phase === "Ready").map((item) => item.metadata.name);
    const known = cluster.nodes.map((node) => node.name);
    claim(
      known.every((name) => ready.includes(name)),
      `agents of ${ready.join(", ")} alone are connected`,
    );
    return cluster.nodes.map((node) => `${node.name} ${node.vtep}`).join(", ");
  });
  await prover.prove("interfaces as labelled", async () => {
    for (const [pod, expected] of Object.entries(LABELLED)) {
      const found = await interfacesOf(netns.get(pod) ?? "");
      const text = found.map((item) => `${item.name} ${item.addresses.join(" ")}`).sort();
      const wanted = Object.entries(expected).map(([name, address]) => `${name} ${address}`);
      claim(text.join() === wanted.sort().join(), `${pod} has ${text.join(", ")} instead of ${wanted.join(", ")}`);
    }
    return "6 interfaces beside lo in 4 pods, each with its address, and no other";
  });
  await prover.prove("2 veth wires, 1 tunnel", async () => {
    const { links } = await api.topology();
    const count = (kind: string) => links.filter((link) => link.status.transport === kind).length;
    claim(count("veth") === 2 && count("vxlan") === 1, `${count("veth")} veth, ${count("vxlan")} vxlan`);
    const vnis: (number | null)[] = [];
    for (const { name } of cluster.nodes) {
      const tunnels = (await interfacesOf(lab.panelNetns(name))).filter((item) => item.kind === "vxlan");
      claim(tunnels.length === 1, `the panel of ${name} has ${tunnels.length} tunnels`);
      vnis.push(tunnels[0]?.vni ?? null);
    }
    claim(vnis[0] === vnis[1], `VNI ${vnis.join(" and ")}`);
    return `VNI ${vnis[0]} in both panels`;
  });
  await prover.prove("ping from centosa through the tunnel", () => reach(60_000));
  if (lab.routing?.routing === "frr") {
    await prover.prove("OSPF", async () => {
      const { value } = await until(30_000, "quagga-a has not learnt 4.4.4.4", async () => {
        const routes = await routesOf(netns.get("quagga-a") ?? "");
        return routes.find(({ text }) => text.startsWith("4.4.4.4 ") && text.endsWith("proto ospf"))?.text;
      });
      return `quagga-a: ${value}`;
    });
  }
  await prover.prove("a pod without labels", async () => {
    await cluster.apply(busyboxPod({ name: "plain", node: "left" }));
    await cluster.waitPodsReady(["plain"]);
    const path = await cluster.podNetns("plain");
    const found = await interfacesOf(path);
    claim(found.map(({ name }) => name).join() === "eth0", `it has ${found.map(({ name }) => name).join(", ")}`);
    await cluster.kubectl(["delete", "pod", "plain", "--wait=true"]);
    const dataDir = cluster.node("left").cniDataDir;
    await until(20_000, "its address is still leased", async () => leasesIn(dataDir).length === 0);
    return `eth0 ${found[0]?.addresses[0]} by the delegate, released with the pod`;
  });
  await prover.prove("cut", async () => {
    await api.patchLink(TUNNEL, { spec: { state: "down" } });
    const { ms } = await until(2_000, "mid1 and mid2 have not both lost the carrier", async () =>
      [await find("quagga-a", "mid1"), await find("quagga-b", "mid2")].every(isUnplugged),
    );
    claim((await ping(netns.get("centosa") ?? "", "192.168.4.101", 500)) === undefined, "192.168.4.101 still answers");
    return `NO-CARRIER at both ends ${ms.toFixed(0)} ms after the answer; pings lost`;
  });
  await prover.prove("restore", async () => {
    await api.patchLink(TUNNEL, { spec: { state: "up" } });
    return reach(60_000);
  });
  await prover.prove("re-route one end to another pod, and back", async () => {
    const before = await takeSnapshot(netns);
    const to = { pod: "centosa", interface: "out2", addresses: ["192.168.4.102/24"], routes: [] };
    await api.reroute(OUTER, { endpoint: 1, to });
    const answer = await pingUntilAnswered(netns.get("quagga-b") ?? "", "192.168.4.102", 5_000);
    claim(answer?.ttl === 64, "quagga-b does not reach the new end");
    // The container set its default route when it started; it went with the interface.
    const routes = [{ to: "default", via: "192.168.4.100" }];
    const back = { pod: "centosb", interface: "out2", addresses: ["192.168.4.101/24"], routes };
    await api.reroute(OUTER, { endpoint: 1, to: back });
    const found = await reach(60_000);
    let lines: string[] = [];
    await until(30_000, "something else changed", async () => {
      lines = differences(before, await takeSnapshot(netns), ["centosb:out2", "centosa:out2"]);
      return lines.length === 0;
    }).catch((error: Error) => {
      error.message += `: ${lines.join("; ")}`;
      throw error;
    });
    return `${found}; the other interfaces keep index, MAC and routes`;
  });
  await prover.prove("a pod deleted and made again", async () => {
    const before = await find("quagga-b", "out1");
    await cluster.kubectl(["delete", "pod", "centosb", "--wait=true"]);
    await cluster.apply(lab.pods.filter((pod) => (pod as { metadata: { name: string } }).metadata.name === "centosb"));
    await lab.settle();
    netns = await namespacesOf(lab);
    const after = await find("quagga-b", "out1");
    claim(after?.ifIndex === before?.ifIndex && after?.mac === before?.mac, "quagga-b:out1 is another interface");
    return `${await reach(60_000)}; quagga-b:out1 is the interface it was`;
  });
  await prover.prove("no restart", async () => {
    const path = "{.items[*].status.containerStatuses[*].restartCount}";
    const counts = (await cluster.kubectl(["get", "pods", "-o", `jsonpath=${path}`])).trim();
    claim(
      counts.split(" ").every((count) => count === "0"),
      `restarts: ${counts}`,
    );
    return "kubelet has restarted no container";
  });
  await prover.prove("delete everything", async () => {
    const start = performance.now();
    await cluster.kubectl(["delete", "pod", ...lab.podNames, "--wait=true"]);
    const goneMs = performance.now() - start;
    const { ms } = await until(20_000, "something of the pods is left", async () => {
      const { pods, links } = await api.topology();
      if (pods.length + links.length > 0) return false;
      for (const { name } of cluster.nodes) if ((await interfacesOf(lab.panelNetns(name))).length > 0) return false;
      return true;
    });
    return `4 pods in ${(goneMs / 1000).toFixed(1)} s; REST and panels empty ${ms.toFixed(0)} ms later`;
  });
}

async function namespacesOf({ cluster, podNames }: KubeLab): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of podNames) found.set(name, await cluster.podNetns(name));
  return found;
}

/** host-local keeps one file for each address it gave away. */
function leasesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /\/\d+\.\d+\.\d+\.\d+$/.test(file));
}
