import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStandIn, podIn, tunnel } from "./api-stand-in.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: ApiStandIn;
let dir: string;

beforeEach(async () => {
  api = await ApiStandIn.start();
  dir = await mkdtemp(join(tmpdir(), "ratchetctl-"));
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const snapshot = (...items: unknown[]) =>
  JSON.stringify({ type: "snapshot", storeId: "s1", revision: 7, sequence: 1, items });
const delta = (revision: number, ...upserts: unknown[]) =>
  JSON.stringify({ type: "delta", revision, sequence: 2, upserts, deletes: [] });

describe("get", () => {
  it("shows a link's ends, transport and VNI in aligned columns", async () => {
    api.answer(`GET ${LINKS}`, { kind: "LinkList", metadata: { revision: 7 }, items: [tunnel("Up")] });
    const { code, stdout } = await api.ctl(["get", "ln"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      "NAME  PHASE  TRANSPORT   END 0              END 1              MTU   MESSAGE\n" +
        "mid   Up     vxlan 4711  a:in1 10.0.0.1/24  b:in2 10.0.0.2/24  1450  -\n",
    );
  });

  it("prints what the API answers with --json, wherever that stands", async () => {
    api.answer(`GET ${LINKS}/mid`, tunnel("Up"));
    for (const argv of [
      ["--json", "get", "link", "mid"],
      ["get", "link/mid", "--json"],
    ]) {
      const { stdout } = await api.ctl(argv);
      expect(JSON.parse(stdout)).toEqual(tunnel("Up"));
    }
  });

  it("asks in the namespace of -n, with the selector escaped", async () => {
    api.answer("GET /api/v1/namespaces/blue/pods?labelSelector=app%3Da%2Ctier%3Db", {
      metadata: { revision: 1 },
      items: [],
    });
    const { code, stderr } = await api.ctl(["-n", "blue", "get", "pods", "-l", "app=a,tier=b"]);
    expect([code, stderr]).toEqual([0, "no pods in namespace blue\n"]);
  });
});

describe("describe", () => {
  it("tells of one link, and refuses what it does not know", async () => {
    api.answer(`GET ${LINKS}/mid`, tunnel("Up"));
    const { code, stdout } = await api.ctl(["describe", "link/mid"]);
    expect([code, stdout.split("\n")[0]]).toEqual([0, "Link   default/mid"]);
    expect((await api.ctl(["describe", "node", "left"])).code).toBe(2);
    expect((await api.ctl(["describe", "link"])).code).toBe(2);
  });
});

describe("doctor", () => {
  const extra = {
    code: "DeviceExtra",
    where: "left",
    subject: "mine",
    message: "device mine lies about",
    remedy: "remove it",
  };
  const away = { code: "NodeAway", where: "right", subject: "right", message: "right is away", remedy: "start it" };
  const report = { at: "2026-01-01T00:00:00.000Z", revision: 1, nodes: ["left"], findings: [], mended: [] };

  it("says what is wrong with the remedy, and exits with 1", async () => {
    const findings = [
      { ...extra, isMendable: true },
      { ...away, isMendable: false },
    ];
    api.answer("GET /api/v1/doctor", { ...report, findings });
    const { code, stdout } = await api.ctl(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      "wrong   device mine lies about\n        remedy: remove it\nwrong   right is away\n        remedy: start it\n" +
        "2 things are wrong, 1 of them can be mended with --fix (looked at the store and at node left)\n",
    );
  });

  it("mends with --fix, and exits with 0 when nothing is wrong any more", async () => {
    api.answer("POST /api/v1/doctor", { ...report, mended: [{ ...extra, isMendable: true }] });
    const { code, stdout } = await api.ctl(["doctor", "--fix"]);
    expect([code, stdout]).toEqual([
      0,
      "mended  device mine lies about\nnothing is wrong any more: 1 mended (looked at the store and at node left)\n",
    ]);
  });
});

describe("pools", () => {
  const path = "/api/v1/namespaces/default/pools";
  const found = { ipv4: null, ipv6: null, inForce: { ipv4: ["198.18.0.0/15"], ipv6: [] }, used: { ipv4: 3, ipv6: 0 } };

  it("shows where addresses come from", async () => {
    api.answer(`GET ${path}`, found);
    expect((await api.ctl(["pools"])).stdout).toBe(
      "ipv4  198.18.0.0/15  (the installation's; used by 3 links)\nipv6  none  (the installation's; used by 0 links)\n",
    );
  });

  it("sets one family and leaves the other", async () => {
    api.answer(`GET ${path}`, { ...found, ipv6: ["fd00::/64"] });
    api.answer(`PUT ${path}`, found);
    await api.ctl(["pools", "--ipv4", "10.7.0.0/24, 10.8.0.0/24"]);
    expect(JSON.parse(api.received.at(-1)?.body ?? "")).toEqual({
      ipv4: ["10.7.0.0/24", "10.8.0.0/24"],
      ipv6: ["fd00::/64"],
    });
    expect((await api.ctl(["pools", "--ipv4", "10.7.0.0/24", "--inherit"])).code).toBe(2);
  });
});

describe("backup and restore", () => {
  const taken = { format: "ratchet-backup", revision: 7, leftOut: [], entries: [{}, {}], layouts: [] };

  it("writes a file that is its owner's alone, and brings it back", async () => {
    const file = join(dir, "backup.json");
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
    await writeFile(join(dir, "x.json"), "no");
    expect(await api.ctl(["restore", join(dir, "x.json")])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no backup"),
    });
    expect((await api.ctl(["restore", "mid", "x.json"])).code).toBe(2);
    expect(api.received).toEqual([]);
  });

  it("leaves no file behind when it cannot be written", async () => {
    api.answer("GET /api/v1/backup", taken);
    const { code, stderr } = await api.ctl(["backup", join(dir, "nowhere", "b.json")]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("cannot write")]);
  });
});

describe("ping", () => {
  const path = "POST /api/v1/namespaces/default/pods/a/ping";

  it("prints each answer and the summary", async () => {
    const replies = [
      { sequence: 1, rttMs: 40.0251, message: "" },
      { sequence: 2, rttMs: null, message: "" },
    ];
    const rttMs = { min: 40.0251, avg: 40.0251, max: 40.0251, mdev: 0 };
    api.answer(path, { address: "10.0.0.2", sent: 2, received: 1, lossPercent: 50, rttMs, replies });
    const { code, stdout } = await api.ctl(["ping", "a", "b", "-c", "2"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      "10.0.0.2: seq 1 40.025 ms\n10.0.0.2: seq 2 no answer\n" +
        "default/a to 10.0.0.2: 2 sent, 1 received, 50 % lost\nrtt min/avg/max/mdev 40.025/40.025/40.025/0.000 ms\n",
    );
    expect(JSON.parse(api.received[0]?.body ?? "")).toEqual({ to: "b", count: 2, intervalMs: 200, waitMs: 1000 });
  });

  it("exits with 1 when nothing came back", async () => {
    const replies = [{ sequence: 1, rttMs: null, message: "network is unreachable" }];
    api.answer(path, { address: "10.9.0.2", sent: 1, received: 0, lossPercent: 100, rttMs: null, replies });
    const { code, stdout } = await api.ctl(["ping", "a", "10.9.0.2", "-c", "1"]);
    expect([code, stdout.split("\n")[0]]).toEqual([1, "10.9.0.2: seq 1 network is unreachable"]);
  });
});

describe("trace", () => {
  it("prints each hop with its pod, and exits with 1 when the end was not reached", async () => {
    const hop = (number: number, more: object) => ({
      hop: number,
      address: null,
      pod: null,
      rttMs: null,
      message: "",
      ...more,
    });
    const hops = [
      hop(1, { address: "10.0.0.2", pod: "r", rttMs: 0.5 }),
      hop(2, {}),
      hop(3, { address: "10.2.0.1", rttMs: 2, message: "host unreachable" }),
    ];
    const path = "POST /api/v1/namespaces/default/pods/a/trace";
    api.answer(path, { address: "10.9.0.2", isReached: false, hops });
    const { code, stdout } = await api.ctl(["trace", "a", "10.9.0.2"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      "default/a to 10.9.0.2\n 1  10.0.0.2 (r)  0.500 ms\n 2  no answer\n 3  10.2.0.1  2.000 ms  host unreachable\nnot reached\n",
    );
  });
});

describe("wrong usage", () => {
  it.each([
    [["mend"], "unknown command mend"],
    [["--server", "http://127.0.0.1:1/api", "get", "pods"], "must be without a path"],
    [["get", "networks"], "unknown kind networks"],
  ])("%j exits with 2 and says what is wrong", async (argv, text) => {
    const { code, stderr } = await api.ctl(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  it("names a folder that was given as a file", async () => {
    const { code, stderr } = await api.ctl(["apply", "-f", dir]);
    expect([code, stderr]).toEqual([1, `cannot read ${dir}: it is a folder; name its files one by one\n`]);
  });
});

describe("a refusal", () => {
  it("prints detail and fields on stderr and exits with 1", async () => {
    api.answer(
      `POST ${LINKS}/mid/reroute`,
      {
        type: "t",
        title: "t",
        status: 422,
        code: "Invalid",
        detail: "the request is not valid",
        errors: [{ field: "to.interface", message: "must be at most 15 bytes" }],
      },
      422,
    );
    const result = await api.ctl(["reroute", "mid", "--end", "0", "--to", "a/interface-too-long"]);
    expect(result).toEqual({
      code: 1,
      stdout: "",
      stderr: "Invalid: the request is not valid\n  to.interface must be at most 15 bytes\n",
    });
  });

  it("says where nobody listens", async () => {
    const { code, stderr } = await api.ctl(["--server", "http://127.0.0.1:1", "get", "links"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot reach the API at http://127.0.0.1:1");
  });

  it("is told apart from wrong usage, which exits with 2 and asks nothing", async () => {
    for (const argv of [
      [],
      ["frobnicate"],
      ["get"],
      ["get", "frogs"],
      ["get", "links", "--bogus"],
      ["reroute", "mid", "--end", "2", "--to", "a/b"],
      ["reroute", "mid", "--end", "1", "--to", "a"],
      ["apply"],
      ["delete", "nodes", "left"],
      ["exec", "a"],
      ["cut", "mid", "--timeout", "soon"],
      ["--server", "nonsense", "get", "links"],
    ]) {
      expect((await api.ctl(argv)).code, argv.join(" ")).toBe(2);
    }
    expect(api.received).toEqual([]);
  });
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
    await writeFile(join(dir, "one.yaml"), "kind: Pod");
    api.answer("POST /api/v1/apply?namespace=default", plan());
    api.onStream = (socket) => {
      socket.send(snapshot(tunnel("Pending")));
      setTimeout(() => socket.send(delta(8, tunnel("Programming"))), 10);
      setTimeout(() => socket.send(delta(9, tunnel("Up"))), 20);
    };
    const argv = ["apply", "-f", join(dir, "one.yaml"), "-f", "-"];
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

describe("watch", () => {
  it("connects again when the connection is lost and resumes where it was", async () => {
    const interrupt = new AbortController();
    api.onStream = (socket, number) => {
      if (number === 1) {
        socket.send(snapshot(tunnel("Up")));
        socket.send(delta(8, tunnel("Down", 8, "down")));
        setTimeout(() => socket.terminate(), 20);
      } else {
        socket.send(delta(9, tunnel("Up", 9)));
        setTimeout(() => interrupt.abort(), 50);
      }
    };
    const { code, stdout, stderr } = await api.ctl(["watch"], { interrupt: interrupt.signal });
    expect(code).toBe(0);
    expect(stdout.split("\n").map((text) => text.slice(14))).toEqual([
      "Link default/mid  Up a:in1 -- b:in2 (vxlan 4711)",
      "Link default/mid  Down a:in1 -- b:in2 (vxlan 4711)",
      "Link default/mid  Up a:in1 -- b:in2 (vxlan 4711)",
      "",
    ]);
    expect(stderr).toContain("connection lost");
    expect(api.streams[1]?.url).toBe("/api/v1/stream?namespace=default&since=8&store=s1");
  });
});

describe("exec", () => {
  it("hands the command's words on untouched and its exit code back", async () => {
    api.answer("GET /api/v1/namespaces/default/pods/a", podIn("/proc/self/ns/net"));
    const out = join(dir, "out");
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

describe("several servers", () => {
  it("goes on at the next when one cannot be reached, reads and writes", async () => {
    await using dead = await ApiStandIn.start();
    const gone = dead.url;
    await dead[Symbol.asyncDispose]();
    api.answer(`GET ${LINKS}/mid`, tunnel("Up"));
    api.answer(`DELETE ${LINKS}/mid`, tunnel("Up"));
    for (const servers of [
      ["--server", gone, "--server", api.url],
      ["--server", `${gone},${api.url}`],
    ]) {
      expect((await api.ctl([...servers, "get", "link", "mid", "--json"])).code).toBe(0);
      expect((await api.ctl([...servers, "delete", "link", "mid"])).code).toBe(0);
    }
    const { code, stderr } = await api.ctl(["--server", `${gone},unix:/nowhere.sock`, "get", "links"]);
    expect(code).toBe(1);
    expect(stderr).toContain(gone);
    expect(stderr).toContain("unix:/nowhere.sock");
  });

  it("does not send twice what may have been done", async () => {
    await using dying = await ApiStandIn.start();
    dying.hangUpOn = `DELETE ${LINKS}/mid`;
    api.answer(`DELETE ${LINKS}/mid`, tunnel("Up"));
    const { code, stderr } = await api.ctl(["--server", `${dying.url},${api.url}`, "delete", "link", "mid"]);
    expect([code, api.received]).toEqual([1, []]);
    expect(stderr).toContain("may have been done");
  });

  it("watches at the next, from the revision it had", async () => {
    await using second = await ApiStandIn.start();
    const interrupt = new AbortController();
    api.onStream = (socket) => {
      socket.send(snapshot(tunnel("Up")));
      setTimeout(() => socket.terminate(), 50);
    };
    second.onStream = (socket) => {
      socket.send(delta(9, tunnel("Down")));
      setTimeout(() => interrupt.abort(), 50);
    };
    const argv = ["--server", `${api.url},${second.url}`, "watch"];
    const { code, stdout } = await api.ctl(argv, { interrupt: interrupt.signal });
    expect(code).toBe(0);
    expect(stdout).toContain("Down");
    expect(second.streams[0]?.url).toContain("since=7");
    expect(second.streams[0]?.url).toContain("store=s1");
  });
});
