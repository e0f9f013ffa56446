import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createNamedNetns, deleteNamedNetns } from "../../ffi/named-netns.js";
import { askCni, type CniAnswer } from "../testing/cni-client.js";
import { answers, buildAgent, pod, port, run, Scene, type TestNode, wire } from "../testing/scene.js";

let scene: Scene;
let node: TestNode;
let socket: string;
let state: string;
const made = new Set<string>();

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  socket = join(scene.folder, "cni.sock");
  state = join(scene.folder, "cni");
  node = scene.node("n", { flags: ["--cni-socket", socket, "--cni-state", state] });
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
});
afterEach(async () => {
  await scene.end();
  for (const name of made) deleteNamedNetns(name);
  made.clear();
});

/** A namespace as a runtime makes it; the name is its own in every test. */
function sandbox(name: string): string {
  const netns = `${scene.prefix}-${name}`;
  createNamedNetns(netns);
  made.add(netns);
  return netns;
}

function end(netns: string): void {
  deleteNamedNetns(netns);
}

function assign(...names: string[]): void {
  node.peer.change({
    pods: names.map((name) => pod(name, { sandbox: { cni: true } })),
    ports: names.map((name, i) => port(name, "in1", `10.0.0.${i + 1}/24`)),
    wires: names.length === 2 ? [wire("w", `${names[0]}:in1`, `${names[1]}:in1`)] : [],
  });
}

function attachment(name: string, netns: string, containerId = `c-${name}`) {
  return {
    ...{ containerId, ifName: "eth0", netns: `/run/netns/${netns}` },
    ...{ namespace: "default", name, uid: `uid-${name}` },
  };
}

async function add(name: string, netns: string, containerId?: string, deadlineMs = 5_000): Promise<CniAnswer> {
  return askCni(socket, "add", {
    ...attachment(name, netns, containerId),
    ...{ networkName: "net", deadlineMs, isRatchet: true },
  });
}

async function del(name: string, containerId = `c-${name}`): Promise<CniAnswer> {
  return askCni(socket, "del", { containerId, ifName: "eth0", namespace: "default", name });
}

async function check(name: string, netns: string): Promise<CniAnswer> {
  const body = { ...attachment(name, netns), networkName: "net", deadlineMs: 5_000, prevResult: {} };
  return askCni(socket, "check", body);
}

function halves(): string[] {
  return node.links(node.panel).flatMap(({ ifalias }) => ifalias ?? []);
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const start = Date.now(); !isSo(); await delay(10)) {
    if (Date.now() - start > 5_000) throw new Error(`not within 5 s: ${what}`);
  }
}

describe("ADD", () => {
  test("makes the port at once though its peer is not there, with address and without carrier", async () => {
    assign("a", "b");
    const netns = sandbox("a");
    const answer = await add("a", netns);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        interfaces: [{ name: "in1", mtu: 1450, sandbox: `/run/netns/${netns}` }],
        ips: [{ address: "10.0.0.1/24", interface: 0 }],
        routes: [],
      },
    });
    expect(node.link(netns, "in1")?.flags).toEqual(expect.arrayContaining(["UP", "NO-CARRIER"]));
    expect(run(netns, "ip", "-br", "addr", "show", "in1")).toContain("10.0.0.1/24");
  });

  test("of the second end answers when the wire carries", async () => {
    assign("a", "b");
    const [a, b] = [sandbox("a"), sandbox("b")];
    await add("a", a);
    expect((await add("b", b)).status).toBe(200);
    expect(node.link(b, "in1")?.flags).toContain("LOWER_UP");
    expect(answers(a, "10.0.0.2")).toBe(true);
  });

  test("of both ends at the same time wires them", async () => {
    assign("a", "b");
    const [a, b] = [sandbox("a"), sandbox("b")];
    const both = await Promise.all([add("a", a), add("b", b)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers(a, "10.0.0.2")).toBe(true);
  });

  test("again with the same container changes nothing and says the same", async () => {
    assign("a", "b");
    const netns = sandbox("a");
    const first = await add("a", netns);
    const before = node.link(netns, "in1");
    expect(await add("a", netns)).toEqual(first);
    expect(node.link(netns, "in1")).toMatchObject({ ifindex: before?.ifindex, address: before?.address });
  });

  test("of a new container of the pod takes its place, and the DEL of the old one harms nothing", async () => {
    assign("a", "b");
    const [old, fresh, b] = [sandbox("a"), sandbox("a2"), sandbox("b")];
    await add("a", old);
    await add("b", b);
    const survivor = node.link(b, "in1");
    expect((await add("a", fresh, "c-a-2")).status).toBe(200);
    const before = node.link(fresh, "in1");
    expect((await del("a")).status).toBe(200);
    end(old);
    await delay(200);
    expect(node.link(fresh, "in1")).toMatchObject({ ifindex: before?.ifindex });
    expect(answers(fresh, "10.0.0.2")).toBe(true);
    expect(node.link(b, "in1")).toMatchObject({ ifindex: survivor?.ifindex, address: survivor?.address });
  });

  test("of a pod nobody has told of ends with error 11 inside its deadline, and waits for one that comes", async () => {
    const netns = sandbox("a");
    const start = Date.now();
    expect(await add("a", netns, "c", 600)).toMatchObject({ status: 500, body: { code: 11 } });
    expect(Date.now() - start).toBeLessThan(600);
    const asked = add("a", netns);
    await delay(50);
    assign("a");
    expect((await asked).status).toBe(200);
    expect(node.link(netns, "in1")).toBeDefined();
  });

  test("says at once that it does not know a pod, and wires one it knows, in the same exchange", async () => {
    const netns = sandbox("a");
    const ask = () => askCni(socket, "add", { ...attachment("a", netns), networkName: "net", deadlineMs: 5_000 });
    expect(await ask()).toEqual({ status: 200, body: { isRatchet: false, known: false } });
    expect(node.link(netns, "in1")).toBeUndefined();
    assign("a");
    await scene.api.until("the agent knows the pod", () => node.peer.podReports.has("uid-a"));
    expect(await ask()).toMatchObject({ status: 200, body: { interfaces: [{ name: "in1" }] } });
    expect(node.link(netns, "in1")).toBeDefined();
  });

  test("refuses a namespace that is none, and the node's own", async () => {
    assign("a");
    expect(await add("a", "there-is-no-such-thing")).toMatchObject({ status: 500, body: { code: 4 } });
    expect(await add("a", node.netns)).toMatchObject({ status: 500, body: { code: 4 } });
    expect(node.link(node.netns, "in1")).toBeUndefined();
  });
});

describe("DEL", () => {
  test("takes the port away, leaves the peer without carrier, and succeeds again", async () => {
    assign("a", "b");
    const [a, b] = [sandbox("a"), sandbox("b")];
    await add("a", a);
    await add("b", b);
    const before = node.link(b, "in1");
    expect(await del("a")).toEqual({ status: 200, body: {} });
    await until("the port is gone", () => node.link(a, "in1") === undefined);
    await until("the carrier is lost", () => node.link(b, "in1")?.flags.includes("NO-CARRIER") === true);
    expect(node.link(b, "in1")).toMatchObject({ ifindex: before?.ifindex, address: before?.address });
    expect(await del("a")).toEqual({ status: 200, body: {} });
    expect(await del("never-seen")).toEqual({ status: 200, body: {} });
  });

  test("succeeds when the namespace is gone, and leaves nothing in the panel", async () => {
    assign("a");
    const a = sandbox("a");
    await add("a", a);
    end(a);
    expect((await del("a")).status).toBe(200);
    await until("the panel is empty", () => !halves().includes("default/a:in1"));
  });

  test("that came while the agent was away is obeyed at its start", async () => {
    assign("a");
    const a = sandbox("a");
    await add("a", a);
    await node.kill();
    note("c-a.eth0.json", JSON.stringify({ containerId: "c-a", ifName: "eth0", at: new Date().toISOString() }));
    note("broken.json", "{");
    await node.start();
    await until("the port is gone", () => node.link(a, "in1") === undefined);
    expect(readdirSync(join(state, "pending-del"))).toEqual(["broken.json.bad"]);
  });
});

describe("CHECK", () => {
  test("passes what is as it was given, and tells an unknown container and another namespace", async () => {
    assign("a");
    const [a, other] = [sandbox("a"), sandbox("other")];
    expect(await check("a", a)).toMatchObject({ status: 400, body: { code: 3 } });
    await add("a", a);
    expect(await check("a", a)).toEqual({ status: 200, body: {} });
    expect(await check("a", other)).toMatchObject({ status: 500, body: { code: 101 } });
  });

  test("finds a removed address where somebody keeps removing it", async () => {
    assign("a");
    const a = sandbox("a");
    await add("a", a);
    const has = () => run(a, "ip", "-br", "addr", "show", "in1").includes("10.0.0.1/24");
    await until("the agent gives up for a while", () => {
      if (has()) run(a, "ip", "addr", "del", "10.0.0.1/24", "dev", "in1");
      return node.peer.events.some(({ reason }) => reason === "RepairPaused");
    });
    expect(has()).toBe(false);
    const answer = await check("a", a);
    expect(answer).toMatchObject({ status: 500, body: { code: 101 } });
    expect(answer.body.details).toContain("address 10.0.0.1/24 is not on in1");
  });
});

test("GC takes a stale attachment of its network away and nothing else", async () => {
  assign("a", "b");
  const [a, b] = [sandbox("a"), sandbox("b")];
  await add("a", a);
  await add("b", b);
  const gc = (networkName: string) =>
    askCni(socket, "gc", { networkName, validAttachments: [{ containerID: "c-b", ifname: "eth0" }] });
  expect((await gc("another")).status).toBe(200);
  expect(await check("a", a)).toMatchObject({ status: 200 });
  expect((await gc("net")).status).toBe(200);
  await until("the stale port is gone", () => node.link(a, "in1") === undefined);
  expect(await check("b", b)).toMatchObject({ status: 200 });
});

test("STATUS answers, the socket is the agent's alone, and what is no request is refused with a reason", async () => {
  expect(await askCni(socket, "status")).toMatchObject({ status: 200, body: { ready: true } });
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(await askCni(socket, "add", { containerId: "/" })).toMatchObject({ status: 400, body: { code: 6 } });
  expect(await askCni(socket, "nothing", {})).toMatchObject({ status: 404, body: { code: 2 } });
  expect(await askCni(socket, "del", { containerId: "c", ifName: "e", name: "x".repeat(300_000) })).toMatchObject({
    status: 400,
  });
});

describe("an agent that is killed and started again", () => {
  test("adopts what it registered, index and MAC included, and obeys the DEL", async () => {
    assign("a", "b");
    const [a, b] = [sandbox("a"), sandbox("b")];
    await add("a", a);
    await add("b", b);
    const before = node.link(a, "in1");
    await node.kill();
    expect(existsSync(socket)).toBe(true);
    await node.start();
    expect(node.link(a, "in1")).toMatchObject({ ifindex: before?.ifindex, address: before?.address });
    expect(answers(a, "10.0.0.2")).toBe(true);
    expect(await check("a", a)).toMatchObject({ status: 200 });
    expect(await del("a")).toMatchObject({ status: 200 });
    await until("the port is gone", () => node.link(a, "in1") === undefined);
  });

  test("clears up after a pod that died meanwhile, also when another namespace has its path", async () => {
    assign("a", "b");
    const [a, b] = [sandbox("a"), sandbox("b")];
    await add("a", a);
    await add("b", b);
    await node.kill();
    end(a);
    createNamedNetns(a);
    await node.start();
    await until("the dead pod's port is gone", () => !halves().includes("default/a:in1"));
    expect(node.link(a, "in1")).toBeUndefined();
    expect(await check("a", a)).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await check("b", b)).toMatchObject({ status: 200 });
  });
});

test("a path that another namespace took while the agent ran is not wired", async () => {
  assign("a");
  const a = sandbox("a");
  await add("a", a);
  end(a);
  createNamedNetns(a);
  await scene.api.until("Gone", () => node.peer.podReports.get("uid-a")?.phase === "Gone");
  expect(node.link(a, "in1")).toBeUndefined();
  expect(await check("a", a)).toMatchObject({ status: 500, body: { code: 101 } });
});

function note(name: string, text: string): void {
  const folder = join(state, "pending-del");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `.${name}`), text);
  renameSync(join(folder, `.${name}`), join(folder, name));
}
