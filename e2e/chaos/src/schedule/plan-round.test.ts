import { expect, test } from "vitest";
import { ALONE, BREAKS, isOperation, type Parts, type Round, type Single } from "./operation.js";
import { Planner } from "./plan-round.js";

const nodes = ["left", "right"].map((name, index) => ({
  name,
  labels: { side: name },
  address: `10.255.0.${index + 1}`,
}));
const several: Parts = {
  replicas: ["api 1", "api 2"],
  members: ["etcd m0", "etcd m1", "etcd m2"],
  disks: [],
  hasDatabase: false,
  hasSelectors: false,
};
const rounds = (seed: string, count: number, parts?: Parts): Round[] => {
  const planner = new Planner(seed, nodes, parts);
  return Array.from({ length: count }, () => planner.next());
};
const singles = (list: readonly Round[]): Single[] =>
  list.flatMap(({ steps }) => steps.flatMap((step) => ("together" in step ? step.together : [step])));

test("a seed always gives the same schedule, and another one another", () => {
  expect(rounds("7", 30)).toEqual(rounds("7", 30));
  expect(rounds("7", 3)).not.toEqual(rounds("8", 3));
});

test("a longer run begins as a shorter one", () => {
  expect(rounds("7", 30).slice(0, 10)).toEqual(rounds("7", 10));
});

test("every kind of write, disturbance and break occurs", () => {
  const all = singles(rounds("all", 200));
  const kinds = new Set(
    all.map((single) => ("op" in single ? single.op : "disturb" in single ? single.disturb : single.break)),
  );
  const writes = ["create", "replace", "patch", "delete", "reroute", "kill", "restart", "apply", "revert"];
  const disturbances = ["killAgent", "stopAgent", "cutAgent", "pauseAgent", "killApi", "stopApi"];
  expect([...kinds].sort()).toEqual([...writes, ...disturbances, ...BREAKS].sort());
  expect(all.filter(isOperation).some((operation) => operation.op === "apply" && operation.prune !== undefined)).toBe(
    true,
  );
});

test("replicas and members are killed and stopped, and everybody is cut off from everybody", () => {
  const seen = new Set(
    singles(rounds("several", 300, several)).flatMap((single) => {
      if (!("disturb" in single) || single.disturb === "killAgent" || single.disturb === "stopAgent") return [];
      if (single.disturb === "fillDisk" || single.disturb === "killDatabase" || single.disturb === "stopDatabase")
        return [];
      if (single.disturb === "cutUnderlay") return [`${single.disturb} ${single.node}`];
      const whom = "member" in single ? single.member : "replica" in single ? single.replica : "all";
      return [`${single.disturb} ${whom}`];
    }),
  );
  const { replicas, members } = several;
  const wanted = [
    ...["killApi", "stopApi", "cutFromStore", "cutFromPeers"].flatMap((what) =>
      replicas.map((name) => `${what} ${name}`),
    ),
    ...["killEtcd", "stopEtcd"].flatMap((what) => members.map((name) => `${what} ${name}`)),
    ...nodes.map(({ name }) => `cutUnderlay ${name}`),
    ...["cutAgent", "pauseAgent"].flatMap((what) => [...replicas, "all"].map((name) => `${what} ${name}`)),
  ];
  expect([...seen].sort()).toEqual(wanted.sort());
});

test("links with a selector are made, replaced, cut and deleted, and pods relabelled, only when asked for", () => {
  const drawn = (hasSelectors: boolean) =>
    singles(rounds("selectors", 100, { ...ALONE, hasSelectors })).flatMap((single) => {
      if (!isOperation(single)) return [];
      if (single.op === "create" || single.op === "replace")
        return JSON.stringify(single.document).includes("podSelector") ? [single.op] : [];
      if (single.op === "patch" || single.op === "delete") return single.name.startsWith("s") ? [single.op] : [];
      return [];
    });
  expect([...new Set(drawn(true))].sort()).toEqual(["create", "delete", "patch", "replace"]);
  expect(drawn(false)).toEqual([]);
});

test("a database is killed and stopped", () => {
  const all = singles(rounds("database", 100, { ...ALONE, hasDatabase: true }));
  const found = all.flatMap((single) => ("disturb" in single ? [single.disturb] : []));
  expect(found).toEqual(expect.arrayContaining(["killDatabase", "stopDatabase"]));
});

test("every small disk is filled", () => {
  const disks = ["api", "agent left", "agent right"];
  const all = singles(rounds("disks", 100, { ...ALONE, disks }));
  const filled = all.flatMap((single) => ("disturb" in single && single.disturb === "fillDisk" ? [single.whose] : []));
  expect([...new Set(filled)].sort()).toEqual([...disks].sort());
});

test("what is broken by hand comes first, while it is known what is there", () => {
  for (const { steps } of rounds("first", 100)) {
    const last = steps.findLastIndex((step) => "break" in step);
    expect(steps.slice(0, last + 1).every((step) => "break" in step)).toBe(true);
  }
});
