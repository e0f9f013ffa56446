import { PingParams, type PingReply } from "@ratchet/contracts";
import { afterEach, expect, test } from "vitest";
import { ping } from "./ping.js";
import { RpcError } from "./rpc.js";
import { openDescriptors, usePodPair } from "./testing/pod-pair.js";

const pods = usePodPair((pod, host) => {
  pod.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.in1.accept_dad=0");
  pod.ip("addr", "add", `fd00::${host}/64`, "dev", "in1");
  // A host tells itself through its loopback that nobody answers its neighbour discovery.
  pod.ip("link", "set", "lo", "up");
});
// Also what failed has closed its socket: nothing of it keeps a pod's namespace alive.
afterEach(() => expect(openDescriptors()).toBe(pods.descriptors));

function start(to: string, more: object = {}, signal = new AbortController().signal) {
  const progress: PingReply[] = [];
  const params = PingParams.parse({ podUid: "u", address: to, intervalMs: 10, ...more });
  const call = { signal, progress: (reply: PingReply) => void progress.push(reply), useOf: () => {} };
  return { progress, done: ping(pods.a.path, params, call) };
}

test.each(["10.0.0.2", "fd00::2"])("%s answers every request, with times of the kernel", async (to) => {
  // The first one also waits for a fresh wire's queue and for its neighbour.
  await start(to, { count: 1, waitMs: 5000 }).done;
  const { progress, done } = start(to, { count: 5 });
  const result = await done;
  expect(result).toMatchObject({ address: to, sent: 5, received: 5, lossPercent: 0 });
  expect(result.replies.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  expect(progress).toHaveLength(5);
  expect(result.rttMs?.min).toBeGreaterThan(0);
  expect(result.rttMs?.avg).toBeLessThan(100);
});

test("a request that needs fragments comes back whole", async () => {
  expect(await start("10.0.0.2", { count: 1, payloadBytes: 20_000 }).done).toMatchObject({ received: 1 });
});

test("a wire without carrier, an address nobody has and a network without route are told apart", async () => {
  expect(await start("10.9.9.9", { count: 1 }).done).toMatchObject({
    received: 0,
    replies: [{ rttMs: null, message: "network is unreachable" }],
  });
  const refused = await start("10.0.0.77", { count: 1, waitMs: 8000 }).done;
  expect(refused.replies).toEqual([{ sequence: 1, rttMs: null, message: "host unreachable" }]);
  pods.b.ip("link", "set", "in1", "down");
  expect(await start("10.0.0.2", { count: 2, waitMs: 50 }).done).toMatchObject({
    sent: 2,
    received: 0,
    lossPercent: 100,
  });
});

test("an answer beyond the wait counts as lost", async () => {
  pods.b.ip("addr", "del", "10.0.0.2/24", "dev", "in1");
  const result = await start("10.0.0.2", { count: 1, waitMs: 30 }).done;
  expect(result.replies).toEqual([{ sequence: 1, rttMs: null, message: "" }]);
});

test("two at once in one namespace each get their own answers", async () => {
  const results = await Promise.all([start("10.0.0.2", { count: 10 }).done, start("10.0.0.2", { count: 7 }).done]);
  expect(results.map(({ received }) => received)).toEqual([10, 7]);
});

test("aborted, it closes its socket at once", async () => {
  const abort = new AbortController();
  const { done } = start("10.0.0.2", { count: 1000 }, abort.signal);
  expect(openDescriptors()).toBe(pods.descriptors + 1);
  abort.abort(new RpcError("PodGone", "gone"));
  expect(openDescriptors()).toBe(pods.descriptors);
  await expect(done).rejects.toMatchObject({ code: "PodGone" });
});
