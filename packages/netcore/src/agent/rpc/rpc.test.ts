import type { AgentReply, PingResult } from "@ratchet/contracts";
import { beforeEach, expect, test } from "vitest";
import { type Call, Rpc } from "./rpc.js";

const result: PingResult = { address: "10.0.0.2", sent: 0, received: 0, lossPercent: 0, rttMs: null, replies: [] };
const params = { podUid: "u", address: "10.0.0.2" };
let replies: AgentReply[];
let calls: { call: Call<unknown>; finish: (value: PingResult) => void }[];
let rpc: Rpc;

beforeEach(() => {
  replies = [];
  calls = [];
  const ping = (_params: unknown, call: Call<unknown>) =>
    new Promise<PingResult>((resolve, reject) => {
      call.useOf("u");
      call.signal.addEventListener("abort", () => reject(call.signal.reason));
      calls.push({ call, finish: resolve });
    });
  const other = () => Promise.reject(new Error("not asked here"));
  const others = {
    trace: other,
    probe: other,
    "exec.http": other,
    "throughput.sink": other,
    "throughput.source": other,
    inspect: other,
  };
  rpc = new Rpc({ ping, ...others }, (reply) => replies.push(reply));
});

const ask = (id: string, more: object = {}) =>
  rpc.request({ type: "request", id, method: "ping", params, timeoutMs: 10_000, ...more });

test("progress comes before the result, and a call that is over is forgotten", async () => {
  const done = ask("1");
  calls[0]?.call.progress({ sequence: 1, rttMs: 2, message: "" });
  calls[0]?.finish(result);
  await done;
  expect(replies.map(({ id, done }) => [id, done])).toEqual([
    ["1", false],
    ["1", true],
  ]);
  expect(rpc.size).toBe(0);
  calls[0]?.call.progress({ sequence: 2, rttMs: 2, message: "" });
  expect(replies).toHaveLength(2);
});

test.each([
  ["an unknown method", { method: "toString" }, "Unsupported"],
  ["wrong params", { params: { podUid: "u", address: "b" } }, "Invalid"],
  ["slowness", { timeoutMs: 5 }, "Timeout"],
])("answers %s with its code", async (_what, more, code) => {
  await ask("1", more);
  expect(replies).toMatchObject([{ id: "1", done: true, error: { code } }]);
});

test("cancel and a pod that goes end their calls alone", async () => {
  const [one, two] = [ask("1"), ask("2")];
  rpc.cancel("1");
  await one;
  expect(replies).toMatchObject([{ id: "1", error: { code: "Cancelled" } }]);
  rpc.podLeft("another");
  expect(rpc.size).toBe(1);
  rpc.podLeft("u");
  await two;
  expect(replies[1]).toMatchObject({ id: "2", error: { code: "PodGone" } });
});

test("a lost connection ends everything without a word, and an id may come again at once", async () => {
  const first = ask("1");
  rpc.lost();
  const second = ask("1");
  await first;
  expect(replies).toEqual([]);
  calls[1]?.finish(result);
  await second;
  expect(replies).toEqual([{ type: "reply", id: "1", done: true, result }]);
});

test("one id at a time, and no more than the limit", async () => {
  void ask("1");
  await ask("1");
  expect(replies).toMatchObject([{ id: "1", error: { code: "Invalid" } }]);
  for (let index = 2; index <= 256; index++) void ask(String(index));
  await ask("257");
  expect(replies[1]).toMatchObject({ id: "257", error: { code: "Busy" } });
  rpc.lost();
});
