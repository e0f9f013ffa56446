import { execFileSync } from "node:child_process";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answers, buildAgent, pod, port, run, Scene, type TestNode, wire } from "./testing/scene.js";

let scene: Scene;
let node: TestNode;

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  // Little room for notifications, so that some can be lost.
  node = scene.node("n", { flags: ["--event-buffer-kib", "256"] });
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
  const routed = { ...port("a", "in1", "10.0.0.1/24"), routes: [{ to: "10.9.0.0/16", via: "10.0.0.2" }] };
  node.peer.change({
    pods: [pod("a", { loopback: ["1.1.1.1/32"] }), pod("b")],
    ports: [routed, port("b", "in1", "10.0.0.2/24")],
    wires: [wire("ab", "a:in1", "b:in1")],
  });
  await scene.api.until("carrier", () => hasCarrier("a in1") && hasCarrier("b in1"));
  expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
});
afterEach(() => scene.end());

function hasCarrier(key: string): boolean {
  return node.peer.portReports.get(`uid-${key}`)?.hasCarrier === true;
}

/** Waits for the one event a repair emits; fails unless it comes within a second. */
async function repaired(finding: RegExp, reason = "LinkRepaired"): Promise<void> {
  const found = () => node.peer.events.filter((event) => event.reason === reason && finding.test(event.message));
  await scene.api.until(`${reason} ${finding}`, () => found().length > 0, 1_000);
  expect(found()).toHaveLength(1);
}

function panelHalf(alias: string): string {
  const half = node.half(alias);
  if (half === undefined) throw new Error(`no panel half ${alias}`);
  return half.ifname;
}

describe("with the periodic pass switched off, the agent repairs within a second", () => {
  test("a port whose panel half was deleted, with the same MAC", async () => {
    const before = node.link(node.podNetns("a"), "in1");
    node.inPanel("ip", "link", "del", panelHalf("default/a:in1"));
    await repaired(/the port default\/a:in1 is missing/);
    expect(node.link(node.podNetns("a"), "in1")?.address).toBe(before?.address);
    expect(node.inPod("a", "ip", "route", "show")).toContain("10.9.0.0/16 via 10.0.0.2");
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
    expect(node.peer.events.filter((event) => event.reason === "LinkRepaired")[0]?.about).toEqual({
      kind: "Link",
      namespace: "default",
      name: "ab",
    });
  });

  test("a port whose half in the pod was deleted", async () => {
    node.inPod("b", "ip", "link", "del", "in1");
    await repaired(/the port default\/b:in1 is missing/);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("a cross-connect whose filter was deleted", async () => {
    node.inPanel("tc", "filter", "del", "dev", panelHalf("default/a:in1"), "ingress");
    await repaired(/the cross-connect from default\/a:in1 is missing/);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("a cross-connect whose clsact was deleted", async () => {
    node.inPanel("tc", "qdisc", "del", "dev", panelHalf("default/b:in1"), "clsact");
    await repaired(/the cross-connect from default\/b:in1 is missing/);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("an address that was deleted in the pod, and the routes that went with it", async () => {
    node.inPod("a", "ip", "addr", "del", "10.0.0.1/24", "dev", "in1");
    await repaired(/default\/a:in1 lacks address 10.0.0.1\/24/);
    await scene.api.until(
      "address",
      () => node.peer.portReports.get("uid-a in1")?.addresses[0] === "10.0.0.1/24",
      1_000,
    );
    expect(node.inPod("a", "ip", "route", "show")).toContain("10.9.0.0/16 via 10.0.0.2");
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("a route that was deleted in the pod", async () => {
    node.inPod("a", "ip", "route", "del", "10.9.0.0/16");
    await repaired(/default\/a:in1 lacks the route to 10.9.0.0\/16/);
    expect(node.inPod("a", "ip", "route", "show")).toContain("10.9.0.0/16 via 10.0.0.2");
  });

  test("a panel half that was set down", async () => {
    node.inPanel("ip", "link", "set", panelHalf("default/a:in1"), "down");
    await repaired(/the panel half of default\/a:in1 is down/);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("the panel half of a wire that is cut and was set up", async () => {
    node.peer.change({ wires: [wire("ab", "a:in1", "b:in1", { revision: 2, state: "down" })] });
    await scene.api.until("no carrier", () => !hasCarrier("a in1") && !hasCarrier("b in1"));
    node.inPanel("ip", "link", "set", panelHalf("default/a:in1"), "up");
    await repaired(/default\/a:in1 has carrier though the wire is cut/);
    expect(node.link(node.podNetns("a"), "in1")?.flags).toContain("NO-CARRIER");
  });

  test("a port whose panel half was renamed, also while no wire uses it", async () => {
    node.peer.change({ removedWires: ["link-ab"] });
    await scene.api.until("no carrier", () => !hasCarrier("a in1"));
    node.inPanel("ip", "link", "set", panelHalf("default/a:in1"), "name", "elsewhere");
    await scene.api.until("port", () => node.half("default/a:in1")?.ifname !== "elsewhere", 1_000);
    await scene.api.until(
      "report",
      () =>
        node.peer.portReports.get("uid-a in1")?.ifIndex === node.link(node.podNetns("a"), "in1")?.ifindex &&
        node.link(node.podNetns("a"), "in1") !== undefined,
      1_000,
    );
    expect(node.links(node.panel).map(({ ifname }) => ifname)).not.toContain("elsewhere");
    node.peer.change({ wires: [wire("ab", "a:in1", "b:in1", { revision: 2 })] });
    await scene.api.until("carrier", () => hasCarrier("a in1"));
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("a changed alias and a changed MTU on either side", async () => {
    const half = panelHalf("default/a:in1");
    node.inPanel("ip", "link", "set", half, "alias", "mine");
    await repaired(/the alias of default\/a:in1 is "mine"/);
    node.inPanel("ip", "link", "set", half, "mtu", "1000");
    await repaired(/the panel half of default\/a:in1 has MTU 1000 instead of 1450/);
    node.inPod("b", "ip", "link", "set", "in1", "mtu", "1001");
    await repaired(/default\/b:in1 has MTU 1001 instead of 1450/);
    expect(node.half("default/a:in1")).toMatchObject({ ifname: half, mtu: 1450 });
    expect(node.link(node.podNetns("b"), "in1")?.mtu).toBe(1450);
  });

  test("the name of an interface that was renamed in the pod", async () => {
    const before = node.link(node.podNetns("b"), "in1");
    node.inPod("b", "ip", "link", "set", "in1", "name", "other");
    await repaired(/default\/b:in1 is called other/);
    await scene.api.until("carrier", () => hasCarrier("b in1"), 1_000);
    expect(node.link(node.podNetns("b"), "in1")?.ifindex).toBe(before?.ifindex);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });

  test("the loopback address of a managed pod", async () => {
    node.inPod("a", "ip", "addr", "del", "1.1.1.1/32", "dev", "lo");
    await repaired(/the loopback interface lacks 1.1.1.1\/32/, "PortRepaired");
    expect(node.inPod("a", "ip", "-br", "addr", "show", "lo")).toContain("1.1.1.1/32");
  });

  test("the panel's name, without touching a wire", async () => {
    const before = node.links(node.panel);
    run(node.netns, "ip", "netns", "del", node.panel);
    await scene.api.until(
      "PanelRepaired",
      () => node.peer.events.some(({ reason }) => reason === "PanelRepaired"),
      1_000,
    );
    expect(node.links(node.panel)).toEqual(before);
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });
});

describe("after notifications were lost", () => {
  test("everything is read again and repaired", async () => {
    const half = panelHalf("default/a:in1");
    const agent = node.agent!;
    agent.kill("SIGSTOP");
    try {
      // More than the listener's buffer holds: what comes after it is not told.
      const flood = Array.from({ length: 2_000 }, (_, i) => `link set dev in1 mtu ${1400 + (i % 2)}`);
      execFileSync("nsenter", [`--net=/run/netns/${node.podNetns("a")}`, "ip", "-batch", "-"], {
        input: [...flood, "link set dev in1 mtu 1450", ""].join("\n"),
      });
      run(node.panel, "tc", "filter", "del", "dev", half, "ingress");
      node.inPod("b", "ip", "addr", "del", "10.0.0.2/24", "dev", "in1");
    } finally {
      agent.kill("SIGCONT");
    }
    await repaired(/the cross-connect from default\/a:in1 is missing/);
    await repaired(/default\/b:in1 lacks address/);
    expect(node.stderr).toContain("notifications were lost");
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
  });
});

describe("what is the pod's own", () => {
  test("an interface that the pod takes down is shown, not fought, and has its routes again when it comes up", async () => {
    node.inPod("a", "ip", "link", "set", "in1", "down");
    await scene.api.until("isUp false", () => node.peer.portReports.get("uid-a in1")?.isUp === false, 1_000);
    expect(node.link(node.podNetns("a"), "in1")?.flags).not.toContain("UP");
    node.inPod("a", "ip", "link", "set", "in1", "up");
    await scene.api.until("carrier", () => hasCarrier("a in1"), 1_000);
    await scene.api.until("route", () => node.inPod("a", "ip", "route").includes("10.9.0.0/16"), 1_000);
  });

  test("its own addresses and a routing daemon's routes stay", async () => {
    node.inPod("a", "ip", "addr", "add", "172.16.0.1/24", "dev", "in1");
    node.inPod("a", "ip", "route", "add", "10.8.0.0/16", "via", "10.0.0.2", "proto", "188");
    const plain = port("a", "in1", "10.0.0.1/24");
    node.peer.change({ ports: [plain] });
    await scene.api.until("the route is gone", () => !node.inPod("a", "ip", "route").includes("10.9.0.0/16"), 1_000);
    expect(node.inPod("a", "ip", "route", "show")).toContain("10.8.0.0/16 via 10.0.0.2 dev in1 proto");
    expect(node.inPod("a", "ip", "-br", "addr", "show", "in1")).toContain("172.16.0.1/24");
  });

  test("a route of its own is never overwritten: the port says so, and has its route when that one goes", async () => {
    node.inPod("a", "ip", "route", "add", "10.6.0.0/16", "dev", "lo");
    const routed = { ...port("a", "in1", "10.0.0.1/24"), routes: [{ to: "10.6.0.0/16", via: "10.0.0.2" }] };
    node.peer.change({ ports: [routed] });
    const message = () => node.peer.portReports.get("uid-a in1")?.message ?? "";
    await scene.api.until("told", () => message().includes("already has a route to 10.6.0.0/16"), 1_000);
    expect(node.inPod("a", "ip", "route", "show", "10.6.0.0/16")).toContain("dev lo");
    expect(answers(node.podNetns("a"), "10.0.0.2")).toBe(true);
    node.inPod("a", "ip", "route", "del", "10.6.0.0/16");
    await scene.api.until("as asked", () => message() === "", 4_000);
    expect(node.inPod("a", "ip", "route", "show", "10.6.0.0/16")).toContain("via 10.0.0.2 dev in1");
  });

  test("somebody who undoes a repair again and again is named and no longer fought at once", async () => {
    const half = panelHalf("default/a:in1");
    for (let i = 0; i < 12 && !node.peer.events.some(({ reason }) => reason === "RepairPaused"); i++) {
      const before = node.peer.events.length;
      node.inPanel("ip", "link", "set", half, "down");
      await scene.api.until("an event", () => node.peer.events.length > before, 3_000);
    }
    expect(node.peer.events.filter(({ reason }) => reason === "RepairPaused")).toHaveLength(1);
    expect(node.link(node.panel, half)?.flags).not.toContain("UP");
    await scene.api.until("carrier after the pause", () => hasCarrier("a in1"), 4_000);
  });
});
