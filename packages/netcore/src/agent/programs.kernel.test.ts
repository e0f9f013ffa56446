import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabImages } from "@ratchet/contracts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findMarked, startTimeOf } from "./programs.js";
import { buildAgent, pod, port, Scene, type TestNode } from "./testing/scene.js";

let scene: Scene;
let node: TestNode;

const images: LabImages = {
  pods: {
    "default/a": {
      sysctls: { "net.ipv4.ip_forward": "1" },
      loopback: ["2.2.2.2/32"],
      routes: [{ interface: "in1", to: "10.7.0.0/16", via: "10.0.0.2" }],
      setup: [["ip", "link", "add", "own0", "type", "veth", "peer", "name", "own1"]],
      programs: [
        {
          name: "sleeper",
          argv: ["sh", "{dir}/run.sh"],
          files: { "run.sh": "cd {dir}; echo ran >> count; sleep 1000 & wait\n" },
        },
      ],
    },
  },
};

beforeAll(buildAgent);
beforeEach(async () => {
  scene = await Scene.begin();
  const labFile = join(scene.folder, "images.json");
  writeFileSync(labFile, JSON.stringify(images));
  node = scene.node("n", { flags: ["--lab-file", labFile] });
  node.peer.pods.set("uid-a", pod("a"));
  const one = port("a", "in1", "10.0.0.1/24");
  node.peer.ports.set("uid-a in1", one);
  await node.start();
  await scene.api.until("the port", () => node.peer.portReports.get("uid-a in1")?.ifIndex != null);
});
afterEach(() => scene.end());

function running(): number[] {
  return findMarked(`${scene.installation}/n/uid-a`);
}

async function started(times: number): Promise<void> {
  const count = join(node.data, "pods/uid-a/count");
  const deadline = Date.now() + 4_000;
  for (;;) {
    try {
      if (readFileSync(count, "utf8").trim().split("\n").length === times && running().length === 2) return;
    } catch {
      // Not written yet.
    }
    if (Date.now() > deadline) throw new Error(`the program was not started ${times} times`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("what the lab file says of a managed pod", () => {
  test("its settings, loopback, routes and set-up are there, and its program runs inside", async () => {
    await started(1);
    expect(node.inPod("a", "cat", "/proc/sys/net/ipv4/ip_forward").trim()).toBe("1");
    expect(node.inPod("a", "ip", "-br", "addr", "show", "lo")).toContain("2.2.2.2/32");
    expect(node.inPod("a", "ip", "route")).toContain("10.7.0.0/16 via 10.0.0.2 dev in1");
    expect(node.link(node.podNetns("a"), "own0")).toBeDefined();
    const inside = node.inPod("a", "readlink", "/proc/self/ns/net").trim();
    for (const pid of running()) expect(node.ip("netns", "identify", String(pid)).trim()).toBe(node.podNetns("a"));
    expect(inside).toMatch(/^net:/);
  });

  test("a program that ends is started again, and its end is told", async () => {
    await started(1);
    for (const pid of running()) process.kill(pid, "SIGKILL");
    await scene.api.until("told", () => node.peer.events.some(({ reason }) => reason === "ProgramEnded"), 1_500);
    await started(2);
  });

  test("a program outlives its agent, is taken over, and ends with the pod", async () => {
    await started(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = running();
    await node.kill();
    await node.start();
    await scene.api.until("connected again", () => node.peer.connects === 2 && node.peer.podReports.size === 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(running()).toEqual(before);
    node.peer.change({ pods: [pod("a", { isRunning: false })] });
    await scene.api.until("Gone", () => node.peer.podReports.get("uid-a")?.phase === "Gone");
    const deadline = Date.now() + 2_000;
    while (before.some((pid) => startTimeOf(pid) !== undefined) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(running()).toEqual([]);
  });

  test("clean-up ends it too", async () => {
    await started(1);
    await node.kill();
    node.cleanUp();
    expect(running()).toEqual([]);
  });
});
