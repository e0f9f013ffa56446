import { keys } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { resolveLink } from "../resolve/resolve-link.js";
import { linkRecordOf, nodeRecordOf, podRecordOf, worldOf } from "../test-support/records.js";
import { deriveLinkStatus, type EndReports } from "./link-status.js";

const NOW = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-01T00:00:01.000Z";

function resolved(nodes: [string, string], spec: object = {}, underlayMtu = 1500) {
  const pods = ["a", "b"].map((name, index) =>
    podRecordOf(name, { node: nodes[index] ?? "", sandbox: { managed: true } }),
  );
  const world = worldOf(
    ...pods,
    linkRecordOf("ab", ["a", "b"], spec),
    nodeRecordOf("n1", underlayMtu),
    nodeRecordOf("n2"),
  );
  world.put(
    keys.vni(5000),
    { vni: 5000, linkUid: "uid-ab", namespace: "default", link: "ab", nodes: [...nodes], state: "used" },
    1,
  );
  const link = world.link(keys.link("default", "ab"))?.data;
  if (link === undefined) throw new Error("no link");
  return resolveLink(link, 7, {
    pod: (key) => world.pod(key)?.data,
    nodeOf: (key) => world.nodeOf(key),
    node: (name) => world.node(name)?.data,
    choice: () => undefined,
    usedVni: (uid) => world.usedVni(uid),
    defaultMtuBytes: 1450,
  });
}

function reports(
  change: { wire?: object; port?: object; pod?: object; end?: object } = {},
  vni: number | null = 5000,
): EndReports {
  return {
    isConnected: true,
    isRunning: true,
    pod: { podUid: "", phase: "Ready", incarnation: 0, netns: null, message: "", ...change.pod },
    port: {
      podUid: "",
      interface: "eth1",
      ifIndex: 2,
      mac: null,
      mtuBytes: 1450,
      isUp: true,
      hasCarrier: true,
      operState: "up",
      addresses: [],
      message: "",
      ...change.port,
    },
    wire: { linkUid: "uid-ab", revision: 7, isReady: true, isPatched: true, vni, error: null, ...change.wire },
    ...change.end,
  };
}
const across = (far: Parameters<typeof reports>[0], spec: object = {}) =>
  deriveLinkStatus(resolved(["n1", "n2"], spec), [reports(), reports(far)], undefined, NOW);

test.each([
  ["Up", "Carrying", {}],
  ["Unknown", "NodeUnknown", { end: { isConnected: false } }],
  ["Down", "PodGone", { pod: { phase: "Gone" } }],
  ["Down", "PodGone", { end: { isRunning: false } }],
  ["Error", "KernelRefused", { wire: { error: { reason: "KernelRefused", message: "EEXIST" } } }],
  ["Programming", "WaitingForAgent", { wire: { revision: 6 } }],
  ["Programming", "WaitingForAgent", { end: { wire: undefined } }],
  ["Programming", "WaitingForAgent", { wire: { vni: 4999 } }],
  ["Programming", "WaitingForAgent", { wire: { isPatched: false } }],
  ["Programming", "WaitingForCarrier", { port: { hasCarrier: false } }],
  ["Degraded", "InterfaceDownInPod", { port: { isUp: false, hasCarrier: false } }],
  ["Degraded", "KernelRefused", { port: { message: "cannot set 10.0.0.1/24" } }],
] as const)("is %s (%s) when the far end says %j", (phase, reason, far) => {
  const status = across(far);
  expect(status.phase).toBe(phase);
  expect(status.conditions[0]).toMatchObject({ type: "Ready", reason });
});

test("is Down with reason Cut only when both agents have confirmed it", () => {
  const cut = resolved(["n1", "n2"], { state: "down" });
  const open = reports({ wire: { isPatched: false } });
  expect(deriveLinkStatus(cut, [open, reports()], undefined, NOW).phase).toBe("Programming");
  expect(deriveLinkStatus(cut, [open, open], undefined, NOW)).toMatchObject({
    phase: "Down",
    conditions: [{ reason: "Cut" }, {}],
  });
});

test("observes the older of two revisions", () => {
  expect(across({ wire: { revision: 3 } }).observedRevision).toBe(3);
});

test("needs one report for a wire inside a node", () => {
  const far = reports({ end: { wire: undefined } });
  expect(deriveLinkStatus(resolved(["n1", "n1"]), [reports({}, null), far], undefined, NOW).phase).toBe("Up");
});

test.each([
  ["vxlan inside a node", ["n1", "n1"], { transport: "vxlan" }, 1500, "TransportImpossible"],
  ["veth across nodes", ["n1", "n2"], { transport: "veth" }, 1500, "TransportImpossible"],
  ["more than the underlay carries", ["n1", "n2"], { mtu: 1450 }, 1400, "MtuTooLarge"],
] as const)("is an Error for %s", (_what, nodes, spec, mtu, reason) => {
  const status = deriveLinkStatus(resolved([...nodes], spec, mtu), [reports(), reports()], undefined, NOW);
  expect(status).toMatchObject({ phase: "Error", conditions: [{ reason }, { type: "Resolved", status: "False" }] });
});

test("a condition keeps its time as long as it says the same", () => {
  const link = resolved(["n1", "n2"]);
  const first = deriveLinkStatus(link, [reports(), reports()], undefined, NOW);
  expect(deriveLinkStatus(link, [reports(), reports()], first, LATER).conditions[0]?.since).toBe(NOW);
  const down = deriveLinkStatus(link, [reports(), reports({ pod: { phase: "Gone" } })], first, LATER);
  expect(down.conditions[0]?.since).toBe(LATER);
});
