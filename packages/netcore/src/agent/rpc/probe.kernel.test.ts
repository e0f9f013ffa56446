import { readdirSync } from "node:fs";
import { ProbeParams, type ProbeReport } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FreshNetns, useFreshNetns } from "../../ffi/testing/fresh-netns.js";
import { probe } from "./probe.js";

const fresh = useFreshNetns();
let a: FreshNetns;
let b: FreshNetns;
let descriptors: number;
const open = () => readdirSync("/proc/self/fd").length;

beforeEach(() => {
  a = fresh("a");
  b = fresh("b");
  a.ip("link", "add", "in1", "type", "veth", "peer", "name", "in1", "netns", b.name);
  for (const [pod, host] of [
    [a, 1],
    [b, 2],
  ] as const) {
    pod.ip("addr", "add", `10.0.0.${host}/24`, "dev", "in1");
    pod.ip("link", "set", "in1", "up");
  }
  descriptors = open();
});
// Also what was cancelled has closed its socket.
afterEach(() => expect(open()).toBe(descriptors));

test("reports every request in order, lost ones too, until it is cancelled", async () => {
  const reports: ProbeReport[] = [];
  const samples = () => reports.flatMap((report) => report.samples);
  const stop = new AbortController();
  const params = ProbeParams.parse({
    podUid: "u",
    address: "10.0.0.2",
    intervalMs: 20,
    waitMs: 200,
    payloadBytes: 56,
    reportMs: 20,
  });
  const done = probe(a.path, params, {
    signal: stop.signal,
    progress: (report) => void reports.push(report),
    useOf: () => {},
  });
  const answered = (count: number) =>
    expect
      .poll(() => samples().filter(({ rttMs }) => rttMs !== null).length, { timeout: 10_000 })
      .toBeGreaterThan(count);
  await answered(10);
  b.ip("link", "set", "in1", "down");
  await expect
    .poll(() => samples().filter(({ rttMs }) => rttMs === null).length, { timeout: 10_000 })
    .toBeGreaterThan(10);
  b.ip("link", "set", "in1", "up");
  const before = samples().filter(({ rttMs }) => rttMs !== null).length;
  await answered(before + 10);
  stop.abort(new Error("enough"));
  await expect(done).rejects.toThrow("enough");

  const sent = samples().map(({ sentMs }) => sentMs);
  expect(sent).toEqual([...sent].sort((x, y) => x - y));
  const fates = samples().map(({ rttMs }) => rttMs !== null);
  const firstLost = fates.indexOf(false, fates.indexOf(true));
  expect(fates.lastIndexOf(true)).toBeGreaterThan(fates.lastIndexOf(false));
  expect(firstLost).toBeGreaterThan(0);
  const count = samples().length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(samples()).toHaveLength(count);
});
