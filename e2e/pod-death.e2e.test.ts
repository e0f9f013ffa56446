import { existsSync } from "node:fs";
import { eventually, isPlugged, isUnplugged, type Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

/** Everything of a pod's network that a survivor must keep. */
async function identity(pod: Sandbox, ifName: string) {
  const link = await pod.link(ifName);
  return {
    ifindex: link.ifindex,
    mac: link.address,
    addresses: await pod.addresses(ifName),
    routes: await pod.routes(),
  };
}

describe("a pod that dies", () => {
  let lab: OpenLab;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "left");
    await lab.managedPod("c", "right");
    await lab.wire(
      "a-b",
      ["a", "in1", "10.1.0.1/24", [{ to: "10.50.0.0/16", via: "10.1.0.2" }]],
      ["b", "in2", "10.1.0.2/24"],
    );
    await lab.wire(
      "a-c",
      ["a", "far1", "10.2.0.1/24", [{ to: "default", via: "10.2.0.2" }]],
      ["c", "far2", "10.2.0.2/24"],
    );
    await lab.allUp();
  });
  afterAll(() => lab?.close());

  it.each([
    ["on the same node", "b", "in1", "10.1.0.2"],
    ["across a tunnel", "c", "far1", "10.2.0.2"],
  ])(
    "killed %s: Gone, the survivor keeps all but the carrier; restarted, it carries again",
    async (_, pod, ifName, to) => {
      const survivor = await lab.sandbox("a");
      const before = await identity(survivor, ifName);
      const netns = (await lab.client.pod(pod)).status.netns ?? "";

      await lab.client.act(pod, "kill");
      await eventually(async () => expect((await lab.client.pod(pod)).status.phase).toBe("Gone"));
      await eventually(async () => expect(isUnplugged(await survivor.link(ifName))).toBe(true));
      expect(await identity(survivor, ifName)).toEqual(before);
      expect(existsSync(netns)).toBe(false);

      await lab.client.act(pod, "restart");
      await lab.allUp();
      expect((await survivor.ping(to)).received).toBe(3);
      expect(await identity(survivor, ifName)).toEqual(before);
    },
  );

  it("whose namespace is pulled away while a program still holds it is Gone, and stays so until restarted", async () => {
    const survivor = await lab.sandbox("a");
    const before = await identity(survivor, "in1");
    const dying = await lab.sandbox("b");
    const holder = dying.spawn("sleep", "60");
    try {
      await eventually(async () => expect((await dying.links()).length).toBeGreaterThan(1));
      await lab.host("ip", "netns", "del", lab.netnsName(dying));
      await eventually(async () => expect((await lab.client.pod("b")).status.phase).toBe("Gone"));
      await eventually(async () => expect(isUnplugged(await survivor.link("in1"))).toBe(true));
      expect(await identity(survivor, "in1")).toEqual(before);
      expect((await lab.client.link("a-b")).status.phase).toBe("Down");

      await lab.restartAgent("left");
      await eventually(async () => expect((await lab.client.pod("b")).status.phase).toBe("Gone"));

      await lab.client.act("b", "restart");
      await lab.allUp();
      expect(isPlugged(await survivor.link("in1"))).toBe(true);
      expect((await survivor.ping("10.1.0.2")).received).toBe(3);
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("is deleted as a resource: its namespace goes, the link waits, and made anew the wire is back", async () => {
    const survivor = await lab.sandbox("a");
    const before = await identity(survivor, "in1");
    await lab.client.remove("pods", "b");
    await eventually(async () => expect(isUnplugged(await survivor.link("in1"))).toBe(true));
    expect((await lab.client.link("a-b")).status.phase).toBe("Pending");
    await lab.managedPod("b", "left");
    await lab.allUp();
    expect((await survivor.ping("10.1.0.2")).received).toBe(3);
    expect(await identity(survivor, "in1")).toEqual(before);
  });
});
