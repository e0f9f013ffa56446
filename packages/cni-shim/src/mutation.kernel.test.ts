import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mutateConfig, randomOf } from "./testing/mutate-config.js";
import { StandInAgent } from "./testing/stand-in-agent.js";
import { TestNode } from "./testing/test-node.js";

const SEED = Number(process.env.RATCHET_FUZZ_SEED ?? 1);
const COUNT = Number(process.env.RATCHET_FUZZ_COUNT ?? 1000);
const COMMANDS = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];

let node: TestNode;
let agent: StandInAgent;
beforeAll(async () => {
  node = new TestNode("mutation");
  agent = await StandInAgent.listen(node.socket);
  agent.ratchetPods.add("default/centosa");
});
afterAll(async () => {
  await agent.close();
  node.remove();
});

test(`${COUNT} mutated configurations: never a hang, always one JSON document or nothing`, {
  timeout: 300_000,
}, async () => {
  const random = randomOf(SEED);
  const netns = node.addNamespace("pod");
  const config = node.config({
    cniVersion: "1.1.0",
    // Debian's reference plugins are older than 1.1.0.
    boot_network: { type: "loopback", cniVersion: "1.0.0" },
    delegate: {
      name: "cbr0",
      type: "ptp",
      cniVersion: "1.0.0",
      ipam: { type: "host-local", subnet: "10.77.0.0/24", dataDir: node.addressesDir },
    },
    deadline_seconds: 2,
    prevResult: {
      cniVersion: "1.1.0",
      interfaces: [{ name: "eth0" }],
      ips: [{ address: "10.0.0.2/24", interface: 0 }],
    },
    "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "eth0" }],
  });
  const exitCodes = new Map<number | null, number>();
  for (let n = 0; n < COUNT; n++) {
    const { prevResult, ...withoutPrevious } = config;
    const stdin = mutateConfig(random() < 0.5 ? config : withoutPrevious, random);
    const command = COMMANDS[n % COMMANDS.length]!;
    const pod = random() < 0.5 ? "centosa" : "nginx";
    const startedAtMs = performance.now();
    const { exitCode, stdout, stderr } = await node.runConfined(node.environment(command, pod, netns), stdin);
    const what = `RATCHET_FUZZ_SEED=${SEED}, ${n}: ${command} ${stdin.slice(0, 400)} -> ${stdout} ${stderr}`;
    // Without a deadline of its own that can be read, a run has the one of the contracts.
    expect(performance.now() - startedAtMs, what).toBeLessThan(15_000);
    exitCodes.set(exitCode, (exitCodes.get(exitCode) ?? 0) + 1);
    if (exitCode === 0) {
      if (stdout !== "") expect(JSON.parse(stdout), what).toHaveProperty("cniVersion");
      continue;
    }
    expect(exitCode, what).toBe(1);
    const answer = JSON.parse(stdout);
    expect(answer, what).toMatchObject({ code: expect.any(Number), msg: expect.stringMatching(/.+/) });
    expect(stderr, what).not.toContain("mount:");
    // 100 stands for what nobody thought of.
    expect(answer.code, what).not.toBe(100);
    expect(stdout, what).not.toMatch(/ at .*\.(ts|js)/);
  }
  expect([...exitCodes.keys()].sort()).toEqual([0, 1]);
});

test("without any environment it answers with error 4", async () => {
  const answer = await node.shim.run({}, "");
  expect(answer.exitCode).toBe(1);
  expect(answer.json()).toMatchObject({ code: 4, msg: expect.stringContaining("CNI_COMMAND") });
});

test("a stdin that never ends is error 5 in time", async () => {
  const child = spawn(node.shim.path, [], { env: { CNI_COMMAND: "VERSION" }, timeout: 40_000 });
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  const [exitCode] = await once(child, "close");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 5 });
});
