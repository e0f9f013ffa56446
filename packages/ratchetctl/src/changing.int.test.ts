import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Link, PodEndpoint } from "@ratchet/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStandIn, delta, podIn, snapshot, tunnel } from "./api-stand-in.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: ApiStandIn;

beforeEach(async () => {
  api = await ApiStandIn.start();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

describe("apply", () => {
  const plan = (dryRun = false) => ({
    dryRun,
    revision: 7,
    plan: [
      { action: "create", kind: "Link", namespace: "default", name: "mid", diff: [] },
      { action: "unchanged", kind: "Pod", namespace: "default", name: "a", diff: [] },
    ],
  });

  it("sends several files and stdin as one stream and waits until the link is up", async () => {
    await writeFile(join(api.folder, "one.yaml"), "kind: Pod");
    api.answer("POST /api/v1/apply?namespace=default", plan());
    api.onStream = (socket) => {
      socket.send(snapshot(tunnel("Pending")));
      setTimeout(() => socket.send(delta(8, tunnel("Programming"))), 10);
      setTimeout(() => socket.send(delta(9, tunnel("Up"))), 20);
    };
    const argv = ["apply", "-f", join(api.folder, "one.yaml"), "-f", "-"];
    const { code, stdout } = await api.ctl(argv, { stdin: Readable.from(["kind: Link\n"]) });
    expect(code).toBe(0);
    expect(stdout).toBe("+ Link default/mid\n  Pod default/a\n1 created, 1 unchanged\n");
    expect(api.received[0]?.body).toBe("kind: Pod\n---\nkind: Link\n");
    expect(api.received[0]?.headers).toMatchObject({ "content-type": "application/yaml" });
    expect(api.received[0]?.headers["x-ratchet-actor"]).toMatch(/@ratchetctl$/);
  });

  it("fails at once, with the reason, when a link cannot be made", async () => {
    api.answer("POST /api/v1/apply?namespace=default", plan());
    api.onStream = (socket) => socket.send(snapshot(tunnel("Error")));
    const { code, stderr } = await api.ctl(["apply", "-f", "-"], { stdin: Readable.from(["x: 1"]) });
    expect([code, stderr]).toEqual([1, "Link default/mid: Error (no VTEP)\n"]);
  });

  it("names what has not settled in time", async () => {
    api.answer("POST /api/v1/apply?namespace=default", plan());
    api.onStream = (socket) => socket.send(snapshot(tunnel("Pending")));
    const { code, stderr } = await api.ctl(["apply", "-f", "-", "--timeout", "1"], { stdin: Readable.from(["x: 1"]) });
    expect(code).toBe(1);
    expect(stderr).toContain("Link default/mid: Pending");
  });

  it("does not wait for a dry run, nor with --no-wait", async () => {
    api.answer("POST /api/v1/apply?namespace=default&dryRun=true", plan(true));
    api.answer("POST /api/v1/apply?namespace=default", plan());
    const dry = await api.ctl(["apply", "-f", "-", "--dry-run"], { stdin: Readable.from(["x: 1"]) });
    expect(dry.stdout).toContain("1 created, 1 unchanged (dry run: nothing was changed)\n");
    expect((await api.ctl(["apply", "-f", "-", "--no-wait"], { stdin: Readable.from(["x: 1"]) })).code).toBe(0);
    expect(api.streams).toEqual([]);
  });
});

describe("fault and heal", () => {
  const faults = "/api/v1/namespaces/default/faults";
  const status = { endsAt: "2026-01-01T00:00:30.000Z", ended: "healed" };

  it("begins a fault on a link, for so long", async () => {
    api.answer(`POST ${faults}`, { metadata: { name: "x" }, status });
    const { code, stdout } = await api.ctl(["fault", "mid", "--seconds", "30", "--name", "x", "--reason", "drill"]);
    expect([code, stdout]).toEqual([0, "Fault default/x on mid until 2026-01-01T00:00:30.000Z\n"]);
    expect(JSON.parse(api.received[0]?.body ?? "")).toEqual({
      metadata: { name: "x" },
      spec: { target: { link: "mid" }, action: { type: "down" }, durationSeconds: 30, reason: "drill" },
    });
  });

  it("heals one by name, a namespace, or everything", async () => {
    const healed = { revision: 9, healed: [{ namespace: "default", name: "y" }] };
    api.answer(`POST ${faults}/x/heal`, { metadata: { name: "x" }, status });
    api.answer("POST /api/v1/namespaces/default/heal", healed);
    api.answer("POST /api/v1/heal", { revision: 9, healed: [] });
    expect((await api.ctl(["heal", "x"])).stdout).toBe("Fault default/x ended (healed)\n");
    expect((await api.ctl(["heal"])).stdout).toBe("Fault default/y ended (healed)\n");
    expect((await api.ctl(["heal", "-A"])).stderr).toBe("no fault was running\n");
    expect((await api.ctl(["heal", "x", "-A"])).code).toBe(2);
  });
});

describe("cut, restore and re-route", () => {
  it("cuts by a merge patch and waits for the state of that very revision", async () => {
    api.answer(`PATCH ${LINKS}/mid`, tunnel("Up", 8, "down"));
    let isDown = false;
    api.onStream = (socket) => {
      // An older revision that happens to be Down is not the answer to this cut.
      socket.send(snapshot(tunnel("Down", 7, "down")));
      setTimeout(() => {
        isDown = true;
        socket.send(delta(9, tunnel("Down", 8, "down")));
      }, 30);
    };
    const { code, stdout } = await api.ctl(["cut", "mid"]);
    expect([code, stdout, isDown]).toEqual([0, "Link default/mid cut\n", true]);
    expect(api.received[0]).toMatchObject({ body: '{"spec":{"state":"down"}}' });
    expect(api.received[0]?.headers["content-type"]).toBe("application/merge-patch+json");
  });

  it("changes one figure of one direction, keeps the others, and says what is in force", async () => {
    const impaired = (impairments: object[]) => ({ ...tunnel("Up"), spec: { ...tunnel("Up").spec, impairments } });
    const before = [
      { from: "a", delayMs: 50, lossPercent: 1 },
      { from: "b", delayMs: 5 },
    ];
    api.answer(`GET ${LINKS}/mid`, impaired(before));
    api.answer(`PATCH ${LINKS}/mid`, impaired(before));
    const asked = async (...words: string[]) => {
      await api.ctl(["impair", "mid", "--no-wait", ...words]);
      return JSON.parse(api.received.at(-1)?.body ?? "").spec.impairments;
    };
    expect(await asked("--from", "a", "delay", "80ms")).toEqual([
      { from: "b", delayMs: 5 },
      { from: "a", delayMs: 80, lossPercent: 1 },
    ]);
    expect(await asked("--from", "a", "loss", "0", "delay", "0")).toEqual([{ from: "b", delayMs: 5 }]);
    expect(await asked("--from", "b", "--clear")).toEqual([before[0]]);
    expect(await asked("--clear")).toEqual([]);
    expect((await api.ctl(["impair", "mid", "delay", "5"])).code).toBe(2);
  });

  it("names a pod that labels have chosen by its place, which the next one takes over", async () => {
    const chosen = structuredClone(tunnel("Up")) as Link;
    const [a, b] = chosen.spec.endpoints as PodEndpoint[] as [PodEndpoint, PodEndpoint];
    chosen.spec.endpoints = [a, { podSelector: { app: "web" }, interface: b.interface }] as Link["spec"]["endpoints"];
    const seen = { node: null, ifIndex: null, mac: null, mtu: null, carrier: null, operState: null, message: "" };
    chosen.status.endpoints = [seen, { ...seen, pod: "web-1" }];
    const place = `*:${b.interface}`;
    chosen.spec.impairments = [{ from: place, lossPercent: 1 }];
    const shown = { from: place, asked: { delayMs: 80 }, effective: null, engine: null, state: "pending" };
    chosen.status.impairments = [{ ...shown, actual: null, measured: null, agrees: null, message: "" } as never];
    api.answer(`GET ${LINKS}/mid`, chosen);
    api.answer(`PATCH ${LINKS}/mid`, chosen);
    for (const from of ["web-1", place, `web-1:${b.interface}`]) {
      const { stdout } = await api.ctl(["impair", "mid", "--no-wait", "--from", from, "delay", "80ms"]);
      const { spec } = JSON.parse(api.received.at(-1)?.body ?? "");
      expect(spec.impairments, from).toEqual([{ from: place, lossPercent: 1, delayMs: 80 }]);
      expect(stdout).toContain(`from ${place} (web-1 now): pending`);
    }
  });

  it("asks for exactly what was said of the new end", async () => {
    api.answer(`POST ${LINKS}/mid/reroute`, tunnel("Up"));
    await api.ctl(["reroute", "mid", "--end", "1", "--to", "c/in3", "--no-wait"]);
    await api.ctl([
      "reroute",
      "mid",
      "--end",
      "0",
      "--to",
      "c/",
      "--address",
      "10.0.0.9/24",
      "--no-routes",
      "--no-wait",
    ]);
    expect(api.received.map((request) => JSON.parse(request.body))).toEqual([
      { endpoint: 1, to: { pod: "c", interface: "in3" } },
      { endpoint: 0, to: { pod: "c", addresses: ["10.0.0.9/24"], routes: [] } },
    ]);
  });
});

describe("history and undo", () => {
  const change = (id: string, actor: string) => ({
    ...{ id, actor, at: "2026-01-01T10:00:00.000Z", verb: "update", kind: "Link" },
    ...{ namespace: "default", name: "mid", before: {}, after: {} },
  });

  it("lists who changed what and when", async () => {
    api.answer("GET /api/v1/changes?limit=20&namespace=default", { items: [change("c2", "page")] });
    const { stdout } = await api.ctl(["history"]);
    expect(stdout).toBe(
      "ID  WHEN                  WHO   WHAT    OBJECT\nc2  2026-01-01 10:00:00Z  page  update  Link default/mid\n",
    );
  });

  it("reverts the newest change, or the one named", async () => {
    api.answer("GET /api/v1/changes?namespace=default&limit=200", { items: [change("c2", "page")] });
    api.answer("POST /api/v1/changes/c2/revert", change("c3", "me"));
    api.answer("POST /api/v1/changes/c1/revert", change("c4", "me"));
    api.onStream = (socket) => socket.send(snapshot(tunnel("Up")));
    expect((await api.ctl(["undo"])).stdout).toBe("undone: Link default/mid (change c2)\n");
    expect((await api.ctl(["undo", "c1"])).stdout).toBe("undone: Link default/mid (change c1)\n");
  });
});

describe("backup and restore", () => {
  const taken = { format: "ratchet-backup", revision: 7, leftOut: [], entries: [{}, {}], layouts: [] };

  it("writes a file that is its owner's alone, and brings it back", async () => {
    const file = join(api.folder, "backup.json");
    api.answer("GET /api/v1/backup", taken);
    const { code, stdout } = await api.ctl(["backup", file]);
    expect([code, stdout]).toEqual([0, `${file}: 2 entries and 0 layouts of revision 7\n`]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const from = { storeId: "s", revision: 7, at: "2026-01-01T00:00:00.000Z" };
    api.answer("POST /api/v1/restore", { revision: 2, from, restored: { pods: 1, links: 1 } });
    const restored = await api.ctl(["restore", file]);
    expect(restored.stdout).toContain("restored 1 pods, 1 links of 2026-01-01T00:00:00.000Z at revision 2\n");
    expect(JSON.parse(api.received.at(-1)?.body ?? "")).toEqual(taken);
  });

  it("refuses what is no JSON, and a file beside links", async () => {
    await writeFile(join(api.folder, "x.json"), "no");
    expect(await api.ctl(["restore", join(api.folder, "x.json")])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no backup"),
    });
    expect((await api.ctl(["restore", "mid", "x.json"])).code).toBe(2);
    expect(api.received).toEqual([]);
  });

  it("leaves no file behind when it cannot be written", async () => {
    api.answer("GET /api/v1/backup", taken);
    const { code, stderr } = await api.ctl(["backup", join(api.folder, "nowhere", "b.json")]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot write")]);
  });
});

describe("exec", () => {
  it("hands the command's words on untouched and its exit code back", async () => {
    api.answer("GET /api/v1/namespaces/default/pods/a", podIn("/proc/self/ns/net"));
    const out = join(api.folder, "out");
    const script = `printf '%s|' "$@" >${out}; exit 7`;
    const { code } = await api.ctl(["exec", "a", "--", "sh", "-c", script, "sh", "--json", "-n", "a b", "--"]);
    expect(code).toBe(7);
    expect(await readFile(out, "utf8")).toBe("--json|-n|a b|--|");
  });

  it("says what is wrong with a pod that has no namespace here", async () => {
    api.answer("GET /api/v1/namespaces/default/pods/a", podIn(null));
    expect(await api.ctl(["exec", "a", "--", "true"])).toMatchObject({
      code: 1,
      stderr: "pod a is Gone and has no network namespace\n",
    });
    api.answer("GET /api/v1/namespaces/default/pods/a", podIn("/run/netns/elsewhere-that-is-not-here"));
    expect((await api.ctl(["exec", "a", "--", "true"])).stderr).toContain("run this where node left is");
  });
});
