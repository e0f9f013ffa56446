import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, eventually, type KubeCluster, type KubeNode, Sandbox } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  cachedResult,
  configOf,
  type PluginAnswer,
  type RegisteredSandbox,
  registrationsOf,
  runPlugin,
} from "./direct-plugin.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { installNewerPtp } from "./newer-ptp.js";
import { WITHIN } from "./ratchet-objects.js";
import { WiredCluster } from "./wired-cluster.js";

// The plugin asked directly, beside kubelet: what containerd 1.6 does not ask for itself.

let wired: WiredCluster;
let cluster: KubeCluster;
let left: KubeNode;

beforeAll(async () => {
  wired = await WiredCluster.start();
  ({ cluster } = wired);
  left = cluster.node("left");
  await cluster.apply([labelledPod("a", "left", primaryLabels("a", "b")), labelledPod("b", "left", pairLabels("b"))]);
  await cluster.waitPodsReady(["a", "b"]);
});
afterAll(() => wired?.end());

const GOOD: PluginAnswer = { code: 0, answer: undefined };

/** The node's configuration in the version that knows STATUS and GC; Debian's reference plugins are older. */
function newerConfig(changes: object = {}): Record<string, unknown> {
  const { delegate, boot_network, ...config } = configOf(left) as Record<string, object>;
  return {
    ...config,
    cniVersion: "1.1.0",
    delegate: { ...delegate, cniVersion: "1.0.0" },
    boot_network: { ...boot_network, cniVersion: "1.0.0" },
    ...changes,
  };
}

function registered(name: string): RegisteredSandbox {
  const found = registrationsOf(cluster, left).find((item) => item.name === name);
  if (found === undefined) throw new Error(`${name} is not registered`);
  return found;
}

test("CHECK is content with a running pod, and finds an address that somebody keeps removing", async () => {
  const sandbox = registered("a");
  const config = configOf(left) as { name: string };
  const check = () => runPlugin(left, "CHECK", { ...config, prevResult: cachedResult(config, sandbox) }, sandbox);
  expect(await check()).toEqual(GOOD);

  // The agent gives it back at once, until it sees that it fights somebody.
  const pod = new Sandbox(await cluster.podNetns("a"));
  const found = await eventually(
    async () => {
      await pod.exec("ip", "address", "delete", "192.168.2.100/24", "dev", "in1").catch(() => {});
      const answer = await check();
      expect(answer.code).toBe(1);
      return answer;
    },
    { ...WITHIN, everyMs: 20 },
  );
  expect(found.answer).toMatchObject({ code: 101, details: expect.stringContaining("192.168.2.100/24 is not on in1") });
  await pod.exec("ip", "address", "replace", "192.168.2.100/24", "dev", "in1");
  expect(await check()).toEqual(GOOD);
});

test("CHECK of a container nobody has added is error 3", async () => {
  const unknown = { ...registered("a"), containerId: "never-seen" };
  const prevResult = { cniVersion: "1.0.0", interfaces: [], ips: [] };
  expect(await runPlugin(left, "CHECK", { ...configOf(left), prevResult }, unknown)).toMatchObject({
    code: 1,
    answer: { code: 3 },
  });
});

test("GC removes a stale attachment and nothing else, and reaches a delegate that knows it", async () => {
  // With kubelet away nobody else makes the sandbox; what is added here is what a runtime forgot.
  await left.kubelet.kill();
  const netns = `${cluster.mark}.stale`;
  await command(["ip", "netns", "add", netns]);
  try {
    const pod = labelledPod("stale", "left", primaryLabels("stale", "nobody", "192.168.9")) as { spec: object };
    await cluster.apply({ ...pod, spec: { ...pod.spec, nodeName: "left" } });
    const podUid = await cluster.kubectl(["get", "pod", "stale", "-o", "jsonpath={.metadata.uid}"]);
    const stale = {
      ...{ containerId: "stale-1", ifName: "eth0", namespace: "default", name: "stale" },
      ...{ podUid, netns: `/run/netns/${netns}` },
    };
    expect(await runPlugin(left, "ADD", configOf(left), stale)).toMatchObject({
      code: 0,
      answer: { interfaces: [{ name: "lo" }, { name: "in1" }] },
    });
    const sandbox = new Sandbox(stale.netns);
    expect((await sandbox.addressesByInterface()).in1).toEqual(["192.168.9.100/24"]);

    const log = join(left.runDir, "delegate.log");
    const script = `#!/bin/sh\n{ echo "$CNI_COMMAND"; cat; echo; } >> ${log}\necho '{}'\n`;
    writeFileSync(join(left.cniBinDir, "logging"), script, { mode: 0o755 });
    const valid = registrationsOf(cluster, left)
      .filter(({ containerId }) => containerId !== stale.containerId)
      .map(({ containerId, ifName }) => ({ containerID: containerId, ifname: ifName }));
    expect(valid).toHaveLength(2);
    const before = await wireOf("a");
    const config = newerConfig({ delegate: { type: "logging" }, "cni.dev/valid-attachments": valid });
    expect(await runPlugin(left, "GC", config)).toEqual(GOOD);
    await eventually(async () => expect((await sandbox.links()).map(({ ifname }) => ifname)).toEqual(["lo"]), WITHIN);
    expect(
      registrationsOf(cluster, left)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["a", "b"]);
    expect(await wireOf("a")).toEqual(before);
    const [command1, stdin] = readFileSync(log, "utf8").split("\n");
    expect(command1).toBe("GC");
    expect(JSON.parse(stdin ?? "")).toMatchObject({ cniVersion: "1.1.0", "cni.dev/valid-attachments": valid });
  } finally {
    await command(["ip", "netns", "delete", netns]);
    await left.kubelet.start();
  }
  // The pod itself comes up as soon as there is a kubelet.
  await cluster.waitPodsReady(["stale"]);
  const { in1 } = await new Sandbox(await cluster.podNetns("stale")).addressesByInterface();
  expect(in1).toEqual(["192.168.9.100/24"]);
});

test("CHECK, STATUS and GC of pods that are not Ratchet's are their delegate's, where it speaks 1.1.0", async () => {
  const newer = installNewerPtp(left);
  const config = newerConfig({ delegate: newer.delegate }) as { name: string };
  const netns = ["plain-1", "plain-2"].map((name) => `${cluster.mark}.${name}`);
  const [first, second] = netns.map((name, index) => ({
    ...{ containerId: `plain-${index + 1}`, ifName: "eth0", namespace: "default", name: `plain-${index + 1}` },
    ...{ podUid: `00000000-0000-4000-8000-00000000000${index}`, netns: `/run/netns/${name}` },
  })) as [RegisteredSandbox, RegisteredSandbox];
  const idOf = ({ containerId, ifName }: RegisteredSandbox) => `${containerId} ${ifName}`;
  for (const name of netns) await command(["ip", "netns", "add", name]);
  try {
    const results: PluginAnswer["answer"][] = [];
    for (const sandbox of [first, second]) {
      const { code, answer } = await runPlugin(left, "ADD", config, sandbox);
      expect([code, answer]).toMatchObject([0, { cniVersion: "1.1.0", ips: [{ address: expect.any(String) }] }]);
      results.push(answer);
    }
    expect(newer.leases(config.name).sort()).toEqual([idOf(first), idOf(second)]);
    const check = (index: 0 | 1) =>
      runPlugin(left, "CHECK", { ...config, prevResult: results[index] }, index === 0 ? first : second);
    expect([await check(0), await check(1)]).toEqual([GOOD, GOOD]);

    expect(await runPlugin(left, "STATUS", config)).toEqual(GOOD);
    renameSync(newer.dataDir, `${newer.dataDir}.away`);
    const refused = await runPlugin(left, "STATUS", config);
    renameSync(`${newer.dataDir}.away`, newer.dataDir);
    expect(refused).toMatchObject({ code: 1, answer: { code: 50, msg: "no address can be kept" } });

    const before = await wireOf("a");
    const valid = [...registrationsOf(cluster, left), second].map(({ containerId, ifName }) => ({
      ...{ containerID: containerId, ifname: ifName },
    }));
    expect(await runPlugin(left, "GC", { ...config, "cni.dev/valid-attachments": valid })).toEqual(GOOD);
    expect(newer.leases(config.name)).toEqual([idOf(second)]);
    expect(await wireOf("a")).toEqual(before);
    expect(await check(1)).toEqual(GOOD);
    expect(await check(0)).toMatchObject({ code: 1, answer: { msg: expect.stringContaining("plain-1") } });

    // An address that is gone from the pod is found by the delegate, in its own words.
    await new Sandbox(second.netns).exec("ip", "address", "flush", "dev", "eth0");
    expect(await check(1)).toMatchObject({ code: 1, answer: { code: expect.any(Number), msg: expect.any(String) } });
  } finally {
    for (const sandbox of [first, second]) expect(await runPlugin(left, "DEL", config, sandbox)).toEqual(GOOD);
    for (const name of netns) await command(["ip", "netns", "delete", name]);
  }
  expect(newer.leases(config.name)).toEqual([]);
});

test("STATUS answers at once: ready with the agent up; without it ready too unless every pod needs it", async () => {
  const alone = newerConfig({ delegate: undefined });
  const chained = newerConfig({ delegate: undefined, boot_network: undefined });
  for (const config of [newerConfig(), alone, chained]) expect(await runPlugin(left, "STATUS", config)).toEqual(GOOD);

  const agent = wired.ratchet.agent("left");
  for (const how of ["stopped", "killed"] as const) {
    if (how === "stopped") process.kill(agent.pid!, "SIGSTOP");
    else await agent.kill({ restart: false });
    const startedAt = performance.now();
    expect(await runPlugin(left, "STATUS", newerConfig())).toEqual(GOOD);
    expect(await runPlugin(left, "STATUS", chained)).toEqual(GOOD);
    expect(await runPlugin(left, "STATUS", alone)).toMatchObject({ code: 1, answer: { code: 50 } });
    // Three runs of a second each at most, and what a busy machine adds; one that waits takes 40 s.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    if (how === "stopped") process.kill(agent.pid!, "SIGCONT");
  }
  await agent.start();
  expect(await runPlugin(left, "STATUS", alone)).toEqual(GOOD);
});

/** What a survivor would notice of its wire. */
async function wireOf(pod: string): Promise<unknown> {
  const sandbox = new Sandbox(await cluster.podNetns(pod));
  const { ifindex, address, operstate } = await sandbox.link("in1");
  return { ifindex, address, operstate, addresses: await sandbox.addresses("in1") };
}
