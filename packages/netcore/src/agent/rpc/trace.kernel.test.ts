import { readdirSync } from "node:fs";
import { type TraceHop, TraceParams } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FreshNetns, useFreshNetns } from "../../ffi/testing/fresh-netns.js";
import { trace } from "./trace.js";

const fresh = useFreshNetns();
let pods: FreshNetns[];
let descriptors: number;
const open = () => readdirSync("/proc/self/fd").length;

/** A row of four: every one routes for those beyond it. */
beforeEach(() => {
  pods = ["a", "b", "c", "d"].map((name) => fresh(name));
  for (const pod of pods) {
    pod.run("ip", "link", "set", "lo", "up");
    const sysctls = ["ipv4.ip_forward=1", "ipv6.conf.all.forwarding=1", "ipv6.conf.default.accept_dad=0"];
    pod.run("sysctl", "-qw", ...sysctls.map((text) => `net.${text}`));
  }
  for (let at = 0; at < 3; at++) {
    const [left, right] = [pods[at], pods[at + 1]] as [FreshNetns, FreshNetns];
    left.run("ip", "link", "add", "next", "type", "veth", "peer", "name", "last", "netns", right.name);
    for (const [pod, ifName, host] of [
      [left, "next", 1],
      [right, "last", 2],
    ] as const) {
      pod.run("ip", "addr", "add", `10.0.${at}.${host}/24`, "dev", ifName);
      pod.run("ip", "addr", "add", `fd00:${at}::${host}/64`, "dev", ifName, "nodad");
      pod.run("ip", "link", "set", ifName, "up");
    }
  }
  for (const [at, pod] of pods.entries()) {
    for (let far = 0; far < 3; far++) {
      if (far === at || far === at - 1) continue;
      const via = far > at ? [`10.0.${at}.2`, `fd00:${at}::2`] : [`10.0.${at - 1}.1`, `fd00:${at - 1}::1`];
      pod.run("ip", "route", "add", `10.0.${far}.0/24`, "via", via[0] ?? "");
      pod.run("ip", "-6", "route", "add", `fd00:${far}::/64`, "via", via[1] ?? "");
    }
  }
  // Neighbours are known afterwards: what is lost on a fresh wire is not what is tested.
  for (const to of ["10.0.2.2", "fd00:2::2"]) run("ping", "-qn", "-c1", "-W10", to);
  descriptors = open();
});
afterEach(() => expect(open()).toBe(descriptors));

const run = (...words: [string, ...string[]]) => pods[0]?.run(...words);
function start(to: string, more: object = {}, signal = new AbortController().signal) {
  const progress: TraceHop[] = [];
  const params = TraceParams.parse({ podUid: "u", address: to, waitMs: 5000, ...more });
  const call = { signal, progress: (hop: TraceHop) => void progress.push(hop), useOf: () => {} };
  return trace(`/run/netns/${pods[0]?.name}`, params, call);
}

test.each([
  ["10.0.2.2", ["10.0.0.2", "10.0.1.2", "10.0.2.2"]],
  ["fd00:2::2", ["fd00::2", "fd00:1::2", "fd00:2::2"]],
])("the way to %s names every router and its end", async (to, expected) => {
  const { isReached, hops } = await start(to);
  expect(hops.map(({ hop, address }) => [hop, address])).toEqual(expected.map((address, at) => [at + 1, address]));
  expect(isReached).toBe(true);
  for (const { rttMs } of hops) expect(rttMs).toBeGreaterThan(0);
});

test("a destination nobody routes to ends where it is refused", async () => {
  expect(await start("10.77.0.1")).toEqual({
    address: "10.77.0.1",
    isReached: false,
    hops: [{ hop: 1, address: null, pod: null, rttMs: null, message: "network is unreachable" }],
  });
  run("ip", "route", "add", "10.77.0.0/24", "via", "10.0.0.2");
  const refused = await start("10.77.0.1");
  expect(refused).toMatchObject({ isReached: false });
  // A router looks for the way before it looks at the hop limit.
  expect(refused.hops.find(({ message }) => message !== "")).toMatchObject({
    hop: 1,
    address: "10.0.0.2",
    message: "network unreachable",
  });
});

test("too few hops do not reach, and a silent hop is told as one", async () => {
  expect(await start("10.0.2.2", { maxHops: 2 })).toMatchObject({ isReached: false, hops: [{}, {}] });
  pods[1]?.run("ip", "link", "set", "next", "down");
  pods[1]?.run("ip", "route", "add", "blackhole", "10.0.2.0/24");
  const { isReached, hops } = await start("10.0.2.2", { maxHops: 3, waitMs: 100 });
  expect([isReached, hops.length, hops[2]?.address]).toEqual([false, 3, null]);
});

test("aborted, it closes its socket at once", async () => {
  const abort = new AbortController();
  const done = start("10.0.0.77", { waitMs: 20_000 }, abort.signal);
  expect(open()).toBe(descriptors + 1);
  abort.abort(new Error("enough"));
  expect(open()).toBe(descriptors);
  await expect(done).rejects.toThrow("enough");
});
