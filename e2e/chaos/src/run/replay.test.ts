import { expect, test } from "vitest";
import { describeFailure, replayCommand } from "./chaos.js";

test("the command that replays a run has everything its schedule depends on", () => {
  expect(replayCommand({ rounds: 3, seed: "s", nodes: 2 })).toBe("pnpm test:chaos -- --rounds 3 --seed s --nodes 2");
  const options = { rounds: 9, seed: "s", nodes: 3, store: "etcd", replicas: 2, convergeWithinMs: 60_000 } as const;
  expect(replayCommand({ ...options, hasDatabase: true, hasSelectors: true })).toBe(
    "pnpm test:chaos -- --rounds 9 --seed s --nodes 3 --store etcd --replicas 2 --database --selectors --within 60",
  );
  expect(replayCommand({ rounds: 1, seed: "s", nodes: 2, smallDisks: true })).toContain(" --small-disks");
});

test("a failed run tells what differs, what was played, where the logs are, and how to play it up to there again", () => {
  const failed = { number: 4, steps: [{ disturb: "killEtcd" as const, member: "etcd m0" }] };
  const result = { rounds: 4, accepted: 0, refused: 0, differences: ["this"], failed, logs: "/tmp/logs", slowestMs: 0 };
  const text = describeFailure({ rounds: 1000, seed: "s", nodes: 2, store: "etcd", replicas: 2 }, result);
  for (const part of ["round 4 of seed s", "  this", '{"disturb":"killEtcd","member":"etcd m0"}', "logs: /tmp/logs"])
    expect(text).toContain(part);
  expect(text).toContain("replay: pnpm test:chaos -- --rounds 4 --seed s --nodes 2 --store etcd --replicas 2");
});
