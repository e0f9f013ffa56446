import { ProbeParams, type ProbeReport } from "@ratchet/contracts";
import { afterEach, expect, test } from "vitest";
import { probe } from "./probe.js";
import { openDescriptors, usePodPair } from "./testing/pod-pair.js";

const pods = usePodPair();
// Also what was cancelled has closed its socket.
afterEach(() => expect(openDescriptors()).toBe(pods.descriptors));

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
  const done = probe(pods.a.path, params, {
    signal: stop.signal,
    progress: (report) => void reports.push(report),
    useOf: () => {},
  });
  const answered = (count: number) =>
    expect
      .poll(() => samples().filter(({ rttMs }) => rttMs !== null).length, { timeout: 10_000 })
      .toBeGreaterThan(count);
  await answered(10);
  pods.b.ip("link", "set", "in1", "down");
  await expect
    .poll(() => samples().filter(({ rttMs }) => rttMs === null).length, { timeout: 10_000 })
    .toBeGreaterThan(10);
  pods.b.ip("link", "set", "in1", "up");
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
