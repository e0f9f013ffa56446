import type { AssignedPod } from "@ratchet/contracts";
import { describe, expect, test } from "vitest";
import { type PodSituation, planPod } from "./plan-pod.js";

const managed: AssignedPod = {
  podUid: "u",
  namespace: "default",
  name: "a",
  sandbox: { managed: true },
  sysctls: {},
  loopback: [],
  isRunning: true,
  incarnation: 2,
};
const own = { dev: "4", inode: "100" };
const other = { dev: "4", inode: "101" };
const remembered = { ...own, incarnation: 2, bootId: "boot" };
const nothing: PodSituation = {
  found: undefined,
  remembered: undefined,
  bootId: "boot",
  allowsForeign: true,
  reserved: [{ dev: "4", inode: "1" }],
};

describe("a managed pod", () => {
  test.each<[string, Partial<AssignedPod>, Partial<PodSituation>, object]>([
    ["is made when there is nothing", {}, {}, { step: "create", replaces: false }],
    ["is adopted when only the memory of it is lost", {}, { found: own }, { step: "use", isNew: true }],
    ["is used when it is the one remembered", {}, { found: own, remembered }, { step: "use", isNew: false }],
    ["is gone when its name is gone", {}, { remembered }, { step: "gone" }],
    ["is gone when another namespace has its name", {}, { found: other, remembered }, { step: "gone" }],
    [
      "is used when it was made for this life and nothing of it was remembered",
      { incarnation: 3 },
      { found: other, remembered, marked: { podUid: "u", incarnation: 3 } },
      { step: "use", isNew: true },
    ],
    [
      "is used when what is asked for is behind the life it was made for",
      {},
      { found: other, remembered, marked: { podUid: "u", incarnation: 3 } },
      { step: "use", isNew: true },
    ],
    [
      "is used when what is asked for is behind what is remembered",
      { incarnation: 1 },
      { found: own, remembered },
      { step: "use", isNew: false },
    ],
    [
      "is replaced when a restart was missed and the memory of it is lost",
      { incarnation: 3 },
      { found: other, marked: { podUid: "u", incarnation: 2 } },
      { step: "create", replaces: true },
    ],
    [
      "is replaced by its next incarnation",
      { incarnation: 3 },
      { found: own, remembered },
      { step: "create", replaces: true },
    ],
    [
      "is made again after being gone, by a restart",
      { incarnation: 3 },
      { remembered },
      { step: "create", replaces: true },
    ],
    ["is made again after a reboot", {}, { remembered, bootId: "next" }, { step: "create", replaces: true }],
    ["is taken away by kill", { isRunning: false }, { found: own, remembered }, { step: "remove" }],
    ["stays away while killed", { isRunning: false, incarnation: 9 }, {}, { step: "remove" }],
  ])("%s", (_, pod, situation, expected) => {
    expect(planPod({ ...managed, ...pod }, { ...nothing, ...situation })).toMatchObject(expected);
  });
});

describe("a pod in a namespace of somebody else's", () => {
  const foreign: AssignedPod = { ...managed, sandbox: { netns: "x" } };
  test.each<[string, Partial<PodSituation>, object]>([
    ["is refused without the flag", { allowsForeign: false, found: own }, { step: "wait" }],
    ["is waited for", {}, { step: "wait" }],
    ["is used when it is there", { found: own }, { step: "use", isNew: true }],
    ["is used on when it is the same", { found: own, remembered }, { step: "use", isNew: false }],
    ["is entered anew when the name leads elsewhere", { found: other, remembered }, { step: "use", isNew: true }],
    ["is gone when it has vanished", { remembered }, { step: "gone" }],
    ["is refused when it is the node's own or the panel", { found: { dev: "4", inode: "1" } }, { step: "wait" }],
  ])("%s", (_, situation, expected) => {
    expect(planPod(foreign, { ...nothing, ...situation })).toMatchObject(expected);
  });

  test("is never made or taken away by the agent", () => {
    for (const isRunning of [true, false]) {
      for (const found of [own, undefined]) {
        const { step } = planPod({ ...foreign, isRunning }, { ...nothing, found });
        expect(["use", "wait", "gone"]).toContain(step);
      }
    }
  });

  test("is unsupported as a container", () => {
    const container: AssignedPod = { ...managed, sandbox: { container: { runtime: "docker", id: "1" } } };
    expect(planPod(container, nothing)).toMatchObject({
      step: "wait",
      message: expect.stringContaining("not supported"),
    });
  });
});

describe("a pod of Kubernetes", () => {
  const cni: AssignedPod = { ...managed, sandbox: { cni: true } };
  test.each<[string, Partial<PodSituation>, object]>([
    ["waits for its CNI ADD", { found: own }, { step: "wait" }],
    ["is used where it was registered", { found: own, registered: own }, { step: "use", isNew: true }],
    ["is known again", { found: own, registered: own, remembered }, { step: "use", isNew: false }],
    ["moves to its next sandbox", { found: other, registered: other, remembered }, { step: "use", isNew: true }],
    ["is gone when nothing lies there", { registered: own, remembered }, { step: "gone" }],
    ["is gone when another namespace has its path", { found: other, registered: own }, { step: "gone" }],
    [
      "is never the node's own namespace",
      { found: { dev: "4", inode: "1" }, registered: { dev: "4", inode: "1" } },
      { step: "wait" },
    ],
  ])("%s", (_, situation, decision) => {
    expect(planPod(cni, { ...nothing, allowsForeign: false, ...situation })).toMatchObject(decision);
  });
});
