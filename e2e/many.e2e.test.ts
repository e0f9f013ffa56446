import { setTimeout as delay } from "node:timers/promises";
import type { Event, List } from "@ratchet/contracts";
import { Client, eventually, isPlugged, Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

describe("one node, many wires", () => {
  let lab: OpenLab;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
  });
  afterAll(() => lab?.close());

  it("links may come before their pods", async () => {
    const link = await lab.wire("early", ["early-a", "in1", "10.9.0.1/24"], ["early-b", "in2", "10.9.0.2/24"]);
    expect(link.status.phase).toBe("Pending");
    await lab.managedPod("early-a", "left");
    await lab.managedPod("early-b", "right");
    await lab.allUp();
    expect((await (await lab.sandbox("early-a")).ping("10.9.0.2")).received).toBe(3);
  });

  it("the same pod and interface names live in two namespaces of one node", async () => {
    const blue = new Client(lab.url, "blue");
    for (const [client, net] of [
      [lab.client, "10.10.0"],
      [blue, "10.10.0"],
    ] as const) {
      await client.createPod({ name: "twin-a" }, { node: "left", sandbox: { managed: true } });
      await client.createPod({ name: "twin-b" }, { node: "left", sandbox: { managed: true } });
      await client.createLink("twins", {
        endpoints: [
          { pod: "twin-a", interface: "in1", addresses: [`${net}.1/24`] },
          { pod: "twin-b", interface: "in1", addresses: [`${net}.2/24`] },
        ],
      });
    }
    await lab.allUp();
    await eventually(async () => expect((await blue.link("twins")).status.phase).toBe("Up"));
    const netns = (await blue.pod("twin-a")).status.netns ?? "";
    expect(netns).not.toBe((await lab.client.pod("twin-a")).status.netns);
    expect((await new Sandbox(netns).ping("10.10.0.2")).received).toBe(3);

    // Cutting one leaves its namesake alone.
    await blue.patchLink("twins", { spec: { state: "down" } });
    await eventually(async () => expect((await new Sandbox(netns).ping("10.10.0.2", { count: 1 })).received).toBe(0));
    expect((await (await lab.sandbox("twin-a")).ping("10.10.0.2")).received).toBe(3);
  });

  it("IPv6 alone and interface names of 15 bytes", async () => {
    await lab.managedPod("six-a", "left");
    await lab.managedPod("six-b", "right");
    await lab.wire("six", ["six-a", "abcdefghijklmno", "fd00:6::1/64"], ["six-b", "onmlkjihgfedcba", "fd00:6::2/64"]);
    await lab.allUp();
    expect((await (await lab.sandbox("six-a")).ping("fd00:6::2")).received).toBe(3);
  });

  it("200 links on one pod", async () => {
    await lab.managedPod("hub", "left");
    await lab.managedPod("rim", "left");
    await lab.managedPod("far-rim", "right");
    const documents = Array.from({ length: 200 }, (_, i) => ({
      apiVersion: "ratchet.network/v1alpha1",
      kind: "Link",
      metadata: { name: `hub-${i}` },
      spec: {
        endpoints: [
          { pod: "hub", interface: `h${i}`, addresses: [`10.20.${i}.1/24`] },
          { pod: i % 2 === 0 ? "rim" : "far-rim", interface: `r${i}`, addresses: [`10.20.${i}.2/24`] },
        ],
      },
    }));
    await lab.client.must("POST", "/api/v1/apply", documents);
    await lab.allUp();
    const hub = await lab.sandbox("hub");
    expect((await hub.links()).filter((link) => /^h\d/.test(link.ifname) && isPlugged(link))).toHaveLength(200);
    for (const i of [0, 1, 99, 198, 199]) expect((await hub.ping(`10.20.${i}.2`, { count: 1 })).received).toBe(1);
  });

  it.each([
    ["on the same node", "left"],
    ["to another node", "right"],
  ])("a re-route %s carries soon although the neighbour cache is warm", async (_, node) => {
    const old = `old-${node}`;
    const next = `next-${node}`;
    const stay = `stay-${node}`;
    await lab.managedPod(stay, "left");
    await lab.managedPod(old, "left");
    await lab.managedPod(next, node);
    const name = `move-${node}`;
    await lab.wire(name, [stay, "in1", "10.30.0.1/24"], [old, "in2", "10.30.0.2/24"]);
    await lab.allUp();
    const staying = await lab.sandbox(stay);
    expect((await staying.ping("10.30.0.2")).received).toBe(3);
    const before = await staying.link("in1");
    const oldMac = (await (await lab.sandbox(old)).link("in2")).address;

    await lab.client.reroute(name, 1, { pod: next, interface: "in9" });
    await eventually(
      async () => {
        const target = await lab.sandbox(next);
        expect((await target.link("in9")).address).not.toBe(oldMac);
        expect((await staying.ping("10.30.0.2", { count: 1, withinSeconds: 1 })).received).toBe(1);
      },
      // Unannounced, the kernel would trust the old address for 5 s (delay_first_probe_time) and longer. Less than
      // that, and room for a ping that was sent before the wire was there.
      { withinMs: 4_000 },
    );
    const after = await staying.link("in1");
    expect([after.ifindex, after.address]).toEqual([before.ifindex, before.address]);
    expect((await (await lab.sandbox(old)).links()).map((link) => link.ifname)).toEqual(["lo"]);
  });

  it.each([
    ["settled between", "left", true],
    ["in quick succession", "left", false],
    ["across nodes in quick succession", "right", false],
  ])("re-routing there and back, %s, is never taken for somebody's interference", async (how, node, settles) => {
    const prefix = how.replaceAll(" ", "-");
    const [stay, one, two] = [`${prefix}-stay`, `${prefix}-one`, `${prefix}-two`];
    await lab.managedPod(stay, "left");
    await lab.managedPod(one, "left");
    await lab.managedPod(two, node);
    const name = `swing-${node}-${settles}`;
    await lab.wire(name, [stay, "in1", "10.31.0.1/24"], [one, "in2", "10.31.0.2/24"]);
    await lab.allUp();
    for (let i = 0; i < 12; i++) {
      await lab.client.reroute(name, 1, i % 2 === 0 ? { pod: two, interface: "in9" } : { pod: one, interface: "in2" });
      if (settles) await lab.allUp(2_000);
      else await delay((i * 7) % 30);
    }
    await lab.allUp(2_000);
    expect((await (await lab.sandbox(stay)).ping("10.31.0.2")).received).toBe(3);
    const events = await lab.client.must<List<Event>>("GET", "/api/v1/namespaces/default/events");
    const about = events.items.filter((event) => event.about.name === name);
    expect(about.filter((event) => event.reason.startsWith("Repair") || event.reason === "LinkRepaired")).toEqual([]);
  });
});
