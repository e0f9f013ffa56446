import { LINKS_ANNOTATION } from "@ratchet/contracts";
import { describe, expect, test } from "vitest";
import { deriveLocalPod, keepPorts } from "./derive-local-pod.js";
import type { KubePod } from "./kube-pod.js";

function kubePod(name: string, labels: Record<string, string>, namespace = "default"): KubePod {
  return { namespace, name, uid: `uid-${name}`, labels: { ratchet: "true", ...labels }, annotations: {} };
}

const primary = kubePod("primary-pod", {
  "ratchet.pod_name": "primary-pod",
  "ratchet.primary": "true",
  "ratchet.local_ip": "192.168.2.100",
  "ratchet.local_ifname": "in1",
  "ratchet.pair_name": "pair-pod",
  "ratchet.pair_ip": "192.168.2.101",
  "ratchet.pair_ifname": "in2",
});
const pair = kubePod("pair-pod", { "ratchet.pod_name": "pair-pod", "ratchet.primary": "false" });

function ports(pod: KubePod, neighbours: KubePod[] = []): string[] {
  return deriveLocalPod(pod, neighbours, 1450).ports.map((item) => `${item.interface} ${item.addresses.join()}`);
}

describe("the ports of a labelled pod", () => {
  test("are its own end, and the ends that this node's other pods describe", () => {
    expect(ports(primary, [primary, pair])).toEqual(["in1 192.168.2.100/24"]);
    expect(ports(pair, [primary, pair])).toEqual(["in2 192.168.2.101/24"]);
    expect(ports(pair, [])).toEqual([]);
  });

  test("leave pods of other namespaces alone", () => {
    expect(ports({ ...pair, namespace: "other" }, [primary])).toEqual([]);
  });

  test("leave out what is wrong: no interface under a bad name, no address that is none", () => {
    const bad = (labels: Record<string, string>) => ({ ...primary, labels: { ...primary.labels, ...labels } });
    expect(ports(bad({ "ratchet.local_ifname": "a-name-far-too-long" }))).toEqual([]);
    expect(ports(bad({ "ratchet.local_ip": "300.1.1.1" }))).toEqual(["in1 "]);
  });
});

test("an annotation gives several, with what a label cannot hold, to the pod itself and to the peer it names", () => {
  const links = [
    { interface: "a1", addresses: ["10.0.0.1/31", "fd00::1/64"], mtu: 1400, peer: { pod: "b", interface: "b1" } },
    { interface: "a2", peer: { pod: "b", interface: "b2", addresses: ["10.1.0.2/24"] } },
    { interface: "this-name-is-far-too-long", peer: { pod: "b", interface: "b3" } },
  ];
  const a = { ...kubePod("a", {}), annotations: { [LINKS_ANNOTATION]: JSON.stringify(links) } };
  const b = kubePod("b", {});
  expect(ports(a, [a, b])).toEqual(["a1 10.0.0.1/31,fd00::1/64", "a2 "]);
  expect(ports(b, [a, b])).toEqual(["b1 ", "b2 10.1.0.2/24"]);
  expect(deriveLocalPod(b, [a, b], 1450).ports.map(({ mtuBytes }) => mtuBytes)).toEqual([1400, 1450]);
});

describe("a port that another pod asked for", () => {
  const wired = deriveLocalPod(pair, [primary, pair], 1450);
  const names = (present: KubePod[]) =>
    keepPorts(wired, deriveLocalPod(pair, present, 1450), present).ports.map((port) => port.interface);

  test("stays when that pod is gone, also while others come and go", () => {
    expect(names([pair])).toEqual(["in2"]);
    const kept = keepPorts(wired, deriveLocalPod(pair, [pair], 1450), [pair]);
    const stranger = kubePod("stranger", {});
    expect(keepPorts(kept, deriveLocalPod(pair, [pair, stranger], 1450), [pair, stranger]).ports).toEqual(wired.ports);
  });

  test("goes when that pod is back and does not ask for it", () => {
    expect(names([pair, kubePod("primary-pod", {})])).toEqual([]);
  });

  test("goes with the pod it belongs to", () => {
    const anew = { ...pair, uid: "uid-of-the-next" };
    expect(keepPorts(wired, deriveLocalPod(anew, [anew], 1450), [anew]).ports).toEqual([]);
  });
});
