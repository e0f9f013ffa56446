import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

const LINKS = 50;

describe("kill -9 while 50 links are being applied", () => {
  let lab: OpenLab;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "left");
    await lab.managedPod("c", "right");
  });
  afterAll(() => lab?.close());

  /** Creates 50 links one by one; those the API accepted. A request that fails is asked again by nobody. */
  async function storm(round: number): Promise<string[]> {
    const accepted: string[] = [];
    await Promise.all(
      Array.from({ length: LINKS }, async (_, i) => {
        await delay(i * 4);
        const name = `r${round}-${i}`;
        const far = i % 2 === 0 ? "b" : "c";
        const octets = `10.${round}.${i}`;
        try {
          const answer = await lab.client.request("POST", "/api/v1/namespaces/default/links", {
            metadata: { name },
            spec: {
              endpoints: [
                { pod: "a", interface: `r${round}x${i}`, addresses: [`${octets}.1/24`] },
                { pod: far, interface: `r${round}y${i}`, addresses: [`${octets}.2/24`] },
              ],
            },
          });
          if (answer.status === 201) accepted.push(name);
        } catch {
          // The API died with this request in its hands: it was not accepted.
        }
      }),
    );
    return accepted;
  }

  /** Everything accepted is there and carries; the kernels hold that and nothing more. */
  async function converged(accepted: string[]) {
    await eventually(
      async () => {
        const links = await lab.client.links();
        const names = links.map((link) => link.metadata.name);
        expect(accepted.filter((name) => !names.includes(name))).toEqual([]);
        expect(links.filter((link) => link.status.phase !== "Up").map((link) => link.metadata.name)).toEqual([]);
      },
      { withinMs: 30_000, everyMs: 200 },
    );
    const links = await lab.client.links();
    const far = (pod: string) =>
      links.filter((link) => JSON.stringify(link.spec.endpoints[1]).includes(`"pod":"${pod}"`));
    const vnis = links.flatMap((link) => link.status.vni ?? []);
    expect(new Set(vnis).size).toBe(far("c").length);
    const left = await lab.panel("left").links();
    const right = await lab.panel("right").links();
    const count = (list: typeof left, prefix: RegExp) => list.filter((link) => prefix.test(link.ifname)).length;
    expect(count(left, /^vx/)).toBe(far("c").length);
    expect(count(right, /^vx/)).toBe(far("c").length);
    expect(left.length - 1 - count(left, /^vx/)).toBe(links.length + far("b").length);
    expect(right.length - 1 - count(right, /^vx/)).toBe(far("c").length);
    const a = await lab.sandbox("a");
    for (const link of links.slice(0, 5)) {
      const [, end] = link.spec.endpoints;
      const address = end && "addresses" in end ? (end.addresses?.[0] ?? "") : "";
      expect((await a.ping(address.split("/")[0] ?? "", { count: 1 })).received).toBe(1);
    }
  }

  it("of an agent: it adopts what it had made and completes the rest", async () => {
    const work = storm(1);
    await delay(90);
    await lab.killAgent("left");
    const accepted = await work;
    expect(accepted).toHaveLength(LINKS);
    await converged(accepted);
  });

  it("of the API: what it accepted is all there, and so is its history", async () => {
    const work = storm(2);
    await delay(90);
    await lab.killApi();
    const accepted = await work;
    expect(accepted.length).toBeGreaterThan(0);
    await eventually(async () => expect((await lab.client.request("GET", "/readyz")).status).toBe(200), {
      withinMs: 20_000,
      everyMs: 100,
    });
    await converged(accepted);
    await eventually(async () => {
      const changes = await lab.client.changes("?kind=Link&limit=1000");
      const created = changes.filter((change) => change.verb === "create").map((change) => change.name);
      expect(accepted.filter((name) => !created.includes(name))).toEqual([]);
      expect(new Set(created).size).toBe(created.length);
    });
  });

  it("of both at once, in the middle of deleting everything: nothing is left over", async () => {
    const links = await lab.client.links();
    const work = Promise.allSettled(
      links.map(async (link, i) => {
        await delay(i * 3);
        await lab.client.remove("links", link.metadata.name);
      }),
    );
    await delay(60);
    await Promise.all([lab.killAgent("left"), lab.killApi()]);
    await work;
    await eventually(async () => expect((await lab.client.request("GET", "/readyz")).status).toBe(200), {
      withinMs: 20_000,
      everyMs: 100,
    });
    for (const link of await lab.client.links()) await lab.client.remove("links", link.metadata.name);
    for (const node of ["left", "right"]) {
      await eventually(async () => expect((await lab.panel(node).links()).map((l) => l.ifname)).toEqual(["lo"]), {
        withinMs: 20_000,
        everyMs: 200,
      });
    }
    expect((await (await lab.sandbox("a")).links()).map((link) => link.ifname)).toEqual(["lo"]);
  });
});
