import type { Event, List } from "@ratchet/contracts";
import { eventually, isPlugged, type Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

/** Long before a periodic resync, which is switched off here. */
const REPAIR_MS = 1_000;

describe("what somebody breaks by hand", () => {
  let lab: OpenLab;
  let a: Sandbox;
  let panel: Sandbox;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2, resyncSeconds: 0 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "left");
    await lab.managedPod("c", "right");
    await lab.wire("a-b", ["a", "in1", "10.1.0.1/24"], ["b", "in2", "10.1.0.2/24"]);
    await lab.wire("a-c", ["a", "far1", "10.2.0.1/24"], ["c", "far2", "10.2.0.2/24"]);
    await lab.allUp();
    a = await lab.sandbox("a");
    panel = lab.panel("left");
  });
  afterAll(() => lab?.close());

  const port = async (alias: string) => {
    const links = (await panel.links()) as (Awaited<ReturnType<Sandbox["links"]>>[number] & { ifalias?: string })[];
    const found = links.find((link) => link.ifalias === alias);
    if (found === undefined) throw new Error(`no port ${alias} in the panel`);
    return found;
  };

  /** The break, then traffic again within a second, then the event that tells of it. */
  async function repaired(breakIt: () => Promise<unknown>, to: string, about: string) {
    const since = new Date().toISOString();
    await breakIt();
    await eventually(async () => expect((await a.ping(to, { count: 1 })).received).toBe(1), {
      withinMs: REPAIR_MS * 2,
    });
    await eventually(async () => {
      const list = await lab.client.must<List<Event>>("GET", "/api/v1/namespaces/default/events");
      const found = list.items.filter((event) => event.at >= since && event.about.name === about);
      expect(found.map((event) => event.reason)).toContain("LinkRepaired");
    });
  }

  it("`ip link del` of a port's panel half is repaired", async () => {
    const half = await port("default/a:in1");
    await repaired(() => panel.exec("ip", "link", "del", half.ifname), "10.1.0.2", "a-b");
    expect((await a.addresses("in1")).sort()).toEqual(["10.1.0.1/24"]);
  });

  it("`tc filter del` of a cross-connect is repaired", async () => {
    const half = await port("default/a:in1");
    await repaired(() => panel.exec("tc", "filter", "del", "dev", half.ifname, "ingress"), "10.1.0.2", "a-b");
  });

  it("`tc qdisc del` of a cross-connect is repaired", async () => {
    const half = await port("default/b:in2");
    await repaired(() => panel.exec("tc", "qdisc", "del", "dev", half.ifname, "clsact"), "10.1.0.2", "a-b");
  });

  it("`ip addr del` inside a pod is repaired", async () => {
    await repaired(() => a.exec("ip", "addr", "del", "10.1.0.1/24", "dev", "in1"), "10.1.0.2", "a-b");
  });

  it("`ip link del` of a pod's own interface is repaired", async () => {
    await repaired(() => a.exec("ip", "link", "del", "in1"), "10.1.0.2", "a-b");
  });

  it("`ip link del` of a tunnel is repaired", async () => {
    const { status } = await lab.client.link("a-c");
    await repaired(() => panel.exec("ip", "link", "del", `vx${status.vni}`), "10.2.0.2", "a-c");
  });

  it("a panel half set down is repaired", async () => {
    const half = await port("default/a:in1");
    await repaired(() => panel.exec("ip", "link", "set", half.ifname, "down"), "10.1.0.2", "a-b");
  });

  it("many breaks at once, more than the notification socket holds, are repaired", async () => {
    const halves = [await port("default/a:in1"), await port("default/b:in2"), await port("default/a:far1")];
    // Thousands of changes of one batch overrun a socket nobody reads meanwhile: ENOBUFS, and what was in it is lost.
    lab.pauseAgent("left");
    try {
      const noise = Array.from({ length: 4_000 }, (_, i) => `link set dev ${halves[0]?.ifname} alias noise${i % 7}`);
      await lab.batch(panel, "ip", noise);
      for (const half of halves) await panel.exec("tc", "filter", "del", "dev", half.ifname, "ingress");
      await a.exec("ip", "addr", "del", "10.1.0.1/24", "dev", "in1");
    } finally {
      lab.resumeAgent("left");
    }
    await eventually(async () => {
      expect((await a.ping("10.1.0.2", { count: 1 })).received).toBe(1);
      expect((await a.ping("10.2.0.2", { count: 1 })).received).toBe(1);
      await port("default/a:in1");
    });
  });

  it("a pod that takes its own interface down is shown, not fought", async () => {
    await a.exec("ip", "link", "set", "in1", "down");
    await eventually(async () => expect((await lab.client.link("a-b")).status.phase).not.toBe("Up"));
    expect((await a.link("in1")).flags).not.toContain("UP");
    await a.exec("ip", "link", "set", "in1", "up");
    await eventually(async () => expect((await lab.client.link("a-b")).status.phase).toBe("Up"));
    expect(isPlugged(await a.link("in1"))).toBe(true);
  });

  it("what is not Ratchet's stays untouched", async () => {
    await a.exec("ip", "link", "add", "own0", "type", "bridge");
    await a.exec("ip", "address", "add", "10.99.0.1/24", "dev", "own0");
    await a.exec("ip", "link", "set", "own0", "up");
    await a.exec("ip", "route", "add", "10.98.0.0/24", "dev", "own0", "proto", "ospf");
    await a.exec("ip", "address", "add", "10.97.0.1/24", "dev", "in1");
    await lab.restartAgent("left");
    await lab.allUp();
    expect(await a.addresses("own0")).toEqual(["10.99.0.1/24"]);
    expect(await a.addresses("in1")).toContain("10.97.0.1/24");
    expect((await a.routes()).some((route) => route.startsWith("10.98.0.0/24 dev own0 proto ospf"))).toBe(true);
    await a.exec("ip", "link", "del", "own0");
    await a.exec("ip", "address", "del", "10.97.0.1/24", "dev", "in1");
  });
});
