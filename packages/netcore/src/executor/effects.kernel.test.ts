import { afterEach, describe, expect, test } from "vitest";
import { withNetns } from "../ffi/netns.js";
import { type FreshNetns, useFreshNetns } from "../ffi/testing/fresh-netns.js";
import type { Action, ActionResult } from "./action.js";
import { Executor } from "./executor.js";
import { readSysctl } from "./sysctl.js";

const fresh = useFreshNetns();
const executors: Executor[] = [];
afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
});

function executorOf(...keep: FreshNetns[]): Executor {
  const executor = new Executor({ keep: keep.map(({ path }) => path) });
  executors.push(executor);
  return executor;
}

/** What failed, in words: empty when everything succeeded. */
function failures(results: ActionResult[]): string[] {
  return results.flatMap((result) => (result.ok ? [] : [result.error.message]));
}

function veth(panel: FreshNetns, pod: FreshNetns, n: number): Action {
  const end = { netns: panel.path, ifName: `p${n}`, isUp: true };
  return { op: "createVeth", end, peer: { netns: pod.path, ifName: `in${n}`, isUp: true } };
}

describe("deleting what is absent", () => {
  test("succeeds: interfaces, addresses, routes, redirects, by name and by index", async () => {
    const panel = fresh("panel");
    const link = { ifName: "nothing" };
    const netns = panel.path;
    const gone = { ifIndex: 4000 };
    const results = await executorOf(panel).run([
      { op: "deleteLinks", netns, links: [link, gone, { ifIndex: 4001 }] },
      { op: "deleteAddress", netns, link, address: "10.0.0.1/24" },
      { op: "deleteAddress", netns, link: { ifIndex: 1 }, address: "10.0.0.1/24" },
      { op: "deleteRoute", netns, to: "10.0.0.0/8", via: "10.0.0.1" },
      { op: "deleteRoute", netns, link, to: "10.0.0.0/8" },
      { op: "removeRedirect", netns, from: link },
      { op: "removeRedirect", netns, from: gone },
      { op: "removeRedirect", netns, from: { ifIndex: 1 } },
    ]);
    expect(failures(results)).toEqual([]);
  });

  test("succeeds in a namespace that is gone, while making something there fails and names the action", async () => {
    const panel = fresh("panel");
    const netns = "/run/netns/rt-gone";
    const results = await executorOf(panel).run([
      { op: "deleteLinks", netns, links: [{ ifName: "x" }] },
      { op: "deleteAddress", netns, link: { ifName: "x" }, address: "10.0.0.1/24" },
      { op: "deleteRoute", netns, to: "10.0.0.0/8" },
      { op: "addAddress", netns, link: { ifName: "x" }, address: "10.0.0.1/24" },
      { op: "setSysctl", netns, name: "net.ipv4.ip_forward", value: "1" },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false, false]);
    expect(failures(results)[0]).toBe(
      "addAddress 10.0.0.1/24 on x in /run/netns/rt-gone: open /run/netns/rt-gone: ENOENT (no such file or object)",
    );
  });
});

test("one action that fails stops none of the others", async () => {
  const [panel, pod] = [fresh("panel"), fresh("pod")];
  const results = await executorOf(panel).run([
    {
      op: "createVeth",
      end: { netns: panel.path, ifName: "lost" },
      peer: { netns: "/run/netns/rt-gone", ifName: "x" },
    },
    veth(panel, pod, 1),
    { op: "addAddress", netns: pod.path, link: { ifName: "in1" }, address: "not an address" },
    { op: "addAddress", netns: pod.path, link: { ifName: "in1" }, address: "10.0.0.1/24" },
    { op: "setLink", netns: panel.path, link: { ifName: "absent" }, isUp: true },
  ]);
  expect(results.map(({ ok }) => ok)).toEqual([false, true, false, true, false]);
  expect(pod.ip("-4", "addr", "show", "in1")).toMatchObject([{ addr_info: [{ local: "10.0.0.1" }] }]);
  expect(results[4]).toMatchObject({ error: { cause: { code: "ENODEV" } } });
});

test("hundreds of ports are made and deleted in one run each", async () => {
  const [panel, pod] = [fresh("panel"), fresh("pod")];
  const executor = executorOf(panel);
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  expect(failures(await executor.run(numbers.map((n) => veth(panel, pod, n))))).toEqual([]);
  expect(panel.ip("link", "show", "up", "type", "veth")).toHaveLength(300);
  const links = numbers.map((n) => ({ ifName: `p${n}` }));
  expect(failures(await executor.run([{ op: "deleteLinks", netns: panel.path, links }]))).toEqual([]);
  expect(pod.ip("link", "show")).toHaveLength(1);
});

test("a deletion makes room for what the same run makes under its name", async () => {
  const [panel, pod] = [fresh("panel"), fresh("pod")];
  const executor = executorOf(panel);
  expect(failures(await executor.run([veth(panel, pod, 1)]))).toEqual([]);
  const results = await executor.run([
    { op: "deleteLinks", netns: panel.path, links: [{ ifName: "p1" }] },
    veth(panel, pod, 1),
    { op: "addAddress", netns: pod.path, link: { ifName: "in1" }, address: "10.0.0.1/24" },
    { op: "setLink", netns: panel.path, link: { ifName: "p1" }, alias: "second" },
  ]);
  expect(failures(results)).toEqual([]);
  expect(panel.ip("link", "show", "p1")).toMatchObject([{ ifalias: "second" }]);
});

test("a tunnel and a bridge come with alias and state, and a port joins the bridge", async () => {
  const [node, panel, pod] = [fresh("node"), fresh("panel"), fresh("pod")];
  const tunnel: Action = {
    ...{ op: "createVxlan", netns: node.path, panel: panel.path, ifName: "vx7", vni: 7, dstPort: 4789 },
    ...{ local: "192.0.2.1", remote: "192.0.2.2", mtuBytes: 1450, alias: "tunnel 7", isUp: true },
  };
  const results = await executorOf(node, panel).run([
    tunnel,
    veth(panel, pod, 1),
    { op: "createBridge", netns: panel.path, ifName: "br1", alias: "net", isUp: true },
    { op: "setLink", netns: panel.path, link: { ifName: "p1" }, master: { ifName: "br1" } },
    { op: "setLink", netns: panel.path, link: { ifName: "vx7" }, master: { ifName: "br1" } },
  ]);
  expect(failures(results)).toEqual([]);
  expect(panel.ip("link", "show", "vx7")).toMatchObject([{ ifalias: "tunnel 7", mtu: 1450, master: "br1" }]);
  expect(panel.ip("link", "show", "p1")).toMatchObject([{ master: "br1", operstate: "UP" }]);
  expect(panel.ip("-d", "link", "show", "br1")).toMatchObject([
    { ifalias: "net", linkinfo: { info_data: { stp_state: 0, mcast_snooping: 0 } } },
  ]);
});

test("a setting is written in its namespace only", async () => {
  const [a, b] = [fresh("a"), fresh("b")];
  const name = "net.ipv4.ip_forward";
  const read = ({ path }: FreshNetns) => withNetns(path, () => readSysctl(name));
  const set = ({ path }: FreshNetns, value: string) => ({ op: "setSysctl" as const, netns: path, name, value });
  // A fresh namespace begins with what the machine has set for itself.
  expect(failures(await executorOf().run([set(a, "0"), set(b, "0"), set(a, "1")]))).toEqual([]);
  expect([read(a), read(b)]).toEqual(["1", "0"]);
  expect(failures(await executorOf().run([set(b, "1"), set(a, "0")]))).toEqual([]);
  expect([read(a), read(b)]).toEqual(["0", "1"]);
});

test.each([
  { family: "IPv4", mine: "10.0.0.1/24", other: "10.0.0.2" },
  { family: "IPv6", mine: "fd00::1/64", other: "fd00::2" },
])("an announcement replaces a neighbour's warm $family entry", async ({ mine, other }) => {
  const [panel, pod] = [fresh("panel"), fresh("pod")];
  const executor = executorOf(panel);
  const address: Action = { op: "addAddress", netns: pod.path, link: { ifName: "in1" }, address: mine };
  expect(failures(await executor.run([veth(panel, pod, 1), address]))).toEqual([]);
  pod.run("ip", "neigh", "add", other, "lladdr", "02:00:00:00:00:0a", "dev", "in1", "nud", "reachable");
  const announce = { op: "announce", netns: panel.path, link: { ifName: "p1" } } as const;
  const mac = "02:00:00:00:00:0b";
  expect(failures(await executor.run([{ ...announce, mac, addresses: [other] }]))).toEqual([]);
  expect(pod.ip("neigh", "show", other)).toMatchObject([{ dst: other, lladdr: mac }]);
});

test("no descriptor is left in a pod's namespace after a run", async () => {
  const [panel, pod] = [fresh("panel"), fresh("pod")];
  const executor = executorOf(panel);
  const { readdirSync } = await import("node:fs");
  expect(failures(await executor.run([veth(panel, pod, 1)]))).toEqual([]);
  const open = readdirSync("/proc/self/fd").length;
  const address: Action = { op: "addAddress", netns: pod.path, link: { ifName: "in1" }, address: "10.0.0.1/24" };
  expect(failures(await executor.run([address, veth(panel, pod, 2), address]))).toEqual([]);
  expect(readdirSync("/proc/self/fd").length).toBe(open);
});
