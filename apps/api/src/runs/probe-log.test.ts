import { expect, test } from "vitest";
import { ProbeLog } from "./probe-log.js";

const seen = { name: "p", from: "a", to: "b", intervalMs: 50 };
const fill = (log: ProbeLog, fates: string, disturbances = [{ id: "steps[0]", atMs: 100 }]) => {
  for (const [index, fate] of [...fates].entries())
    log.add({ sentMs: index * 50, rttMs: fate === "." ? 0 : null }, disturbances);
};

test("an outage lasts from the first lost packet to the first answer", () => {
  const log = new ProbeLog(seen);
  fill(log, "...xxx..x");
  const { outages, ...rest } = log.shown();
  expect(outages).toMatchObject([
    {
      firstLostMs: 150,
      lastLostMs: 250,
      recoveredMs: 300,
      lost: 3,
      durationMs: 150,
      afterStep: "steps[0]",
      recoveryMs: 200,
    },
    {
      firstLostMs: 400,
      lastLostMs: 400,
      recoveredMs: null,
      lost: 1,
      durationMs: 0,
      afterStep: "steps[0]",
      recoveryMs: null,
    },
  ]);
  expect(rest).toMatchObject({ sent: 9, lost: 4, outageCount: 2, outageMs: 150, longestOutageMs: 150, isUp: false });
});

test("an outage keeps its length when the agent's clock is placed better while it lasts", () => {
  const log = new ProbeLog(seen);
  // The first reports came 900 ms late, so the packets seemed to be sent 900 ms later than they were.
  for (const sentMs of [1000, 1050, 1100]) log.add({ sentMs: sentMs + 900, rttMs: null }, []);
  log.movedEarlier(900);
  log.add({ sentMs: 1150, rttMs: null }, []);
  log.add({ sentMs: 1200, rttMs: 0 }, []);
  expect(log.shown()).toMatchObject({
    outages: [{ firstLostMs: 1000, lastLostMs: 1150, recoveredMs: 1200, durationMs: 200, lost: 4 }],
    outageMs: 200,
    longestOutageMs: 200,
  });
});

test("what waited in a queue until the wire came back does not make the outage shorter", () => {
  const log = new ProbeLog(seen);
  const steps = [
    { id: "cut", atMs: 90 },
    { id: "restore", atMs: 300 },
  ];
  log.add({ sentMs: 100, rttMs: null }, steps);
  // Queued by the sender for want of a neighbour, sent when there was one again.
  for (const sentMs of [150, 200, 250]) log.add({ sentMs, rttMs: 310 - sentMs }, steps);
  expect(log.outages).toMatchObject([
    { firstLostMs: 100, recoveredMs: 310, durationMs: 210, lost: 1, mendedBy: "restore", sinceMendMs: 10 },
  ]);
});

test("a recovery is also told from the step that mended it", () => {
  const log = new ProbeLog(seen);
  fill(log, "..xxxx.", [
    { id: "cut", atMs: 90 },
    { id: "restore", atMs: 240 },
    { id: "later", atMs: 900 },
  ]);
  expect(log.outages).toMatchObject([{ afterStep: "cut", recoveryMs: 210, mendedBy: "restore", sinceMendMs: 60 }]);
});

test("a packet on the way when a step began was lost by it; one long before was not", () => {
  const log = new ProbeLog(seen);
  fill(log, "xx.", [{ id: "steps[0]", atMs: 40 }]);
  expect(log.outages[0]?.afterStep).toBe("steps[0]");
  const other = new ProbeLog(seen);
  fill(other, "x.", [{ id: "steps[0]", atMs: 900 }]);
  expect(other.outages[0]).toMatchObject({ afterStep: null, recoveryMs: null, recoveredMs: 50 });
});

test("the series stays bounded and loses no packet, however long it goes on", () => {
  const log = new ProbeLog(seen, 50);
  for (let index = 0; index < 100_000; index++)
    log.add({ sentMs: index * 50, rttMs: index % 10 === 0 ? null : index % 7 }, []);
  const { buckets, bucketMs } = log.series();
  expect(buckets.length).toBeLessThanOrEqual(50);
  expect(bucketMs).toBeGreaterThan(100);
  expect(buckets.reduce((sum, { sent }) => sum + sent, 0)).toBe(100_000);
  expect(buckets.reduce((sum, { lost }) => sum + lost, 0)).toBe(10_000);
  expect(buckets[3]?.rttMs).toMatchObject({ min: 0, max: 6 });
  expect(log.shown()).toMatchObject({ outageCount: 10_000 });
  expect(log.shown().outages).toHaveLength(200);
  expect(log.since(100_000 * 50 - 1000).sent).toBe(20);
});

test("of very many outages the longest are kept, and one packet lost by itself is nothing to tell of", () => {
  const log = new ProbeLog(seen);
  const told: string[] = [];
  const fates = `${"x.".repeat(300)}xxxxx.${"x.".repeat(300)}`;
  for (const [index, fate] of [...fates].entries()) {
    const { began, ended } = log.add({ sentMs: index * 50, rttMs: fate === "." ? 0 : null }, []);
    if (began) told.push(`began ${began.firstLostMs}`);
    if (ended) told.push(`ended ${ended.recoveredMs}`);
  }
  expect(told).toEqual(["began 30000", "ended 30250"]);
  expect(log.shown()).toMatchObject({ outageCount: 601, longestOutageMs: 250 });
  expect(log.outages).toHaveLength(200);
  expect(log.outages.map(({ lost }) => lost)).toContain(5);
  const times = log.outages.map(({ firstLostMs }) => firstLostMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("a gap in measuring is no loss, and ends an outage without a recovery", () => {
  const log = new ProbeLog(seen);
  fill(log, ".x");
  log.gapBegins(120, "the agent is away");
  log.gapBegins(130, "again");
  log.gapEnds(900);
  log.add({ sentMs: 950, rttMs: 1 }, []);
  expect(log.shown()).toMatchObject({
    sent: 3,
    lost: 1,
    gaps: [{ fromMs: 120, toMs: 900, message: "the agent is away" }],
    outages: [{ recoveredMs: null }],
  });
});
