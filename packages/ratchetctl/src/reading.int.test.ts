import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStandIn, delta, snapshot, tunnel } from "./api-stand-in.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: ApiStandIn;

beforeEach(async () => {
  api = await ApiStandIn.start();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

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
