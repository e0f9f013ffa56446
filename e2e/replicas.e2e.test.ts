import { eventually, launchBrowser, type PingResult } from "@ratchet/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { PageDriver } from "./page-driver.js";

/** How long the store is away. CI has less patience than an operator needs. */
const AWAY_SECONDS = Number(process.env.RATCHET_AWAY_SECONDS ?? 8);
const LINK = "/api/v1/namespaces/default/links/ab";
const STALE = "x-ratchet-stale-since";

describe("two replicas of the API on three members of etcd", () => {
  let lab: OpenLab;
  let browser: Browser;
  let mine: PageDriver;
  let urls: string[];

  beforeAll(async () => {
    lab = await openLab({ nodes: 2, store: "etcd", replicas: 2 });
    urls = lab.lab.replicas.map(({ url }) => url);
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "right");
    await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await lab.allUp();
    browser = await launchBrowser();
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    mine = new PageDriver(page);
    await mine.open(lab.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await lab?.close();
  });

  const at = async (url: string, method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };

  /** Everything of both pods that must not move, and whether they reach each other. */
  async function wires(): Promise<unknown> {
    const facts = async (pod: string) => {
      const { ifindex, address, flags, mtu } = await (await lab.sandbox(pod)).link("in1");
      return { ifindex, address, flags, mtu };
    };
    return { a: await facts("a"), b: await facts("b") };
  }

  it("either replica asks an agent that is connected to the other", async () => {
    for (const url of urls) {
      for (const [pod, to] of [
        ["a", "b"],
        ["b", "a"],
      ]) {
        const pods = `/api/v1/namespaces/default/pods/${pod}`;
        const ping = await at(url, "POST", `${pods}/ping`, { to, waitMs: 5000 });
        expect([ping.status, (ping.body as PingResult).received]).toEqual([200, 3]);
        const trace = await at(url, "POST", `${pods}/trace`, { to });
        expect(trace.body).toMatchObject({ isReached: true, hops: [{ pod: to }] });
      }
    }
  });

  it("the page goes on, and the wires stay, whichever replica is killed", async () => {
    await mine.shows("ab", "up");
    const a = await lab.sandbox("a");
    for (const { name } of lab.lab.replicas) {
      const before = await wires();
      await lab.lab.killApi({ replica: name, restart: false });
      expect((await a.ping("10.0.0.2")).received).toBe(3);
      await eventually(() => lab.client.patchLink("ab", { metadata: { labels: { killed: name.replace(" ", "-") } } }), {
        withinMs: 10_000,
      });
      await lab.allUp();
      await mine.shows("ab", "up");
      expect(await wires()).toEqual(before);
      await lab.lab.startApi(name);
      await eventually(async () => {
        for (const url of urls) expect((await at(url, "GET", LINK)).body.status.phase).toBe("Up");
      });
    }
  });

  it("a replica that hangs is gone round, and when it wakes up it knows that it does not lead", async () => {
    const a = await lab.sandbox("a");
    const before = await wires();
    const leads = async (url: string) => {
      const metrics = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      return /^ratchet_leader 1$/m.test(await metrics.text());
    };
    const hanging = await eventually(
      async () => {
        for (const replica of lab.lab.replicas) if (await leads(replica.url)) return replica;
        throw new Error("no replica leads");
      },
      { withinMs: 20_000 },
    );
    const other = urls.find((url) => url !== hanging.url)!;
    const pid = lab.lab.pids()[hanging.name]!;
    process.kill(pid, "SIGSTOP");
    try {
      await eventually(() => lab.client.patchLink("ab", { metadata: { labels: { hangs: "yes" } } }), {
        withinMs: 10_000,
      });
      // Its agents notice the silence and go on at the other.
      await eventually(
        async () => {
          const { items } = (await at(other, "GET", "/api/v1/nodes")).body;
          expect(items.map((node: { status: { phase: string } }) => node.status.phase)).toEqual(["Ready", "Ready"]);
          expect((await at(other, "GET", LINK)).body.status.phase).toBe("Up");
        },
        { withinMs: 30_000 },
      );
      await eventually(async () => expect(await leads(other)).toBe(true), { withinMs: 20_000 });
      expect((await a.ping("10.0.0.2")).received).toBe(3);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await eventually(
      async () => {
        const [here, there] = await Promise.all([hanging.url, other].map((url) => at(url, "GET", LINK)));
        expect(here!.body.spec).toEqual(there!.body.spec);
        expect(here!.body.metadata).toEqual(there!.body.metadata);
        expect([here!.body.status.phase, there!.body.status.phase]).toEqual(["Up", "Up"]);
        expect(await leads(hanging.url)).toBe(false);
      },
      { withinMs: 20_000 },
    );
    expect(await leads(other)).toBe(true);
    expect(await wires()).toEqual(before);
    await mine.shows("ab", "up");
  }, 120_000);

  it(`etcd away for ${AWAY_SECONDS} s: reads go on and say so, writes are refused, wires stay; then all goes on`, async () => {
    const a = await lab.sandbox("a");
    const before = await wires();
    const known = (await at(urls[0]!, "GET", LINK)).body;
    const members = Object.entries(lab.lab.pids()).flatMap(([name, pid]) =>
      name.startsWith("etcd ") && pid !== undefined ? [pid] : [],
    );
    expect(members).toHaveLength(3);
    for (const pid of members) process.kill(pid, "SIGSTOP");
    const awayAt = performance.now();
    let looks = 0;
    try {
      for (const url of urls) {
        await eventually(async () => expect((await at(url, "GET", LINK)).headers.get(STALE)).not.toBeNull(), {
          withinMs: 10_000,
        });
      }
      // Nothing is offered that would be refused.
      await mine.page
        .getByTestId("stale-banner")
        .getByText(/\d\d:\d\d:\d\d/)
        .waitFor({ timeout: 5_000 });
      expect(await mine.page.getByTestId("tool-wire").isDisabled()).toBe(true);
      while (performance.now() - awayAt < AWAY_SECONDS * 1000) {
        for (const url of urls) {
          const asked = performance.now();
          const read = await at(url, "GET", LINK);
          expect([read.status, read.body.spec, read.body.status.phase]).toEqual([200, known.spec, "Up"]);
          expect(Date.parse(read.headers.get(STALE) ?? "")).toBeLessThan(Date.now());
          const write = await at(url, "POST", "/api/v1/namespaces/default/pods", {
            metadata: { name: "late" },
            spec: {},
          });
          expect([write.status, write.body.code]).toEqual([503, "Unavailable"]);
          expect(Number(write.headers.get("retry-after"))).toBeGreaterThan(0);
          expect(performance.now() - asked).toBeLessThan(10_000);
        }
        expect((await a.ping("10.0.0.2", { count: 5 })).received).toBe(5);
        expect(await mine.state("ab")).toBe("up");
        looks++;
      }
      // An agent that starts meanwhile finds its wires in the kernel, and is told to keep them.
      await lab.restartAgent("right");
      expect((await a.ping("10.0.0.2")).received).toBe(3);
      await lab.allUp();
    } finally {
      for (const pid of members) process.kill(pid, "SIGCONT");
    }
    expect(looks).toBeGreaterThan(0);
    expect(await wires()).toEqual(before);
    for (const url of urls) {
      await eventually(async () => expect((await at(url, "GET", "/readyz")).status).toBe(200), { withinMs: 30_000 });
    }
    await eventually(() => lab.client.patchLink("ab", { spec: { state: "down" } }), { withinMs: 15_000 });
    await mine.page.getByTestId("stale-banner").waitFor({ state: "detached", timeout: 5_000 });
    await eventually(async () => expect(await mine.page.getByTestId("tool-wire").isDisabled()).toBe(false));
    await mine.shows("ab", "down");
    await lab.client.patchLink("ab", { spec: { state: "up" } });
    await lab.allUp();
    expect(await wires()).toEqual(before);
    const { body } = await at(urls[1]!, "GET", "/api/v1/namespaces/default/pods/late");
    expect(body.code).toBe("NotFound");
  }, 180_000);
});
