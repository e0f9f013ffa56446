import { busyboxPod, command, eventually, type KubeCluster, ratchetCni, Sandbox } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { configOf, runPlugin } from "./direct-plugin.js";
import { eventMessages } from "./kube-events.js";
import { WITHIN } from "./ratchet-objects.js";
import { leasesOf, SHIM, WiredCluster } from "./wired-cluster.js";

// What pods notice when the agent, or all of Ratchet, is away.

const DEADLINE_SECONDS = 8;
const MANY = 100;

let wired: WiredCluster;
let cluster: KubeCluster;

beforeAll(async () => {
  wired = await WiredCluster.start({
    cniConf: (node) => {
      const file = ratchetCni(SHIM)(node);
      return { ...file, content: { ...file.content, deadline_seconds: DEADLINE_SECONDS } };
    },
  });
  ({ cluster } = wired);
});
afterAll(() => wired?.end());

afterEach(async () => {
  for (const { name } of cluster.nodes) {
    const agent = wired.ratchet.agent(name);
    if (agent.pid === undefined) await agent.start();
    else process.kill(agent.pid, "SIGCONT");
  }
});

const AWAY = {
  stopped: async () => process.kill(wired.ratchet.agent("left").pid!, "SIGSTOP"),
  killed: () => wired.ratchet.agent("left").kill({ restart: false }),
};
const BACK = {
  stopped: async () => process.kill(wired.ratchet.agent("left").pid!, "SIGCONT"),
  killed: async () => void (await wired.ratchet.agent("left").start()),
};

/** A pod of Ratchet's with an interface `in1` of its own and nobody at the other end. */
function ratchetPod(name: string) {
  const links = [{ interface: "in1", addresses: ["10.9.0.1/24"], peer: { pod: "nobody", interface: "in2" } }];
  const annotations = { "ratchet.network/links": JSON.stringify(links) };
  return busyboxPod({ name, node: "left", labels: { ratchet: "true" }, annotations });
}

describe.each(["stopped", "killed"] as const)("with the agent %s", (how) => {
  test("a pod of Ratchet's is told to try again inside the deadline and comes up by itself afterwards; others come and go", async () => {
    const [before, during, plain] = [`before-${how}`, `during-${how}`, `plain-${how}`];
    await cluster.apply(ratchetPod(before));
    await cluster.waitPodsReady([before]);
    await AWAY[how]();

    await cluster.apply([ratchetPod(during), busyboxPod({ name: plain, node: "left" })]);
    await cluster.waitPodsReady([plain]);
    const eth0 = await new Sandbox(await cluster.podNetns(plain)).addresses("eth0");
    expect(eth0).toEqual([expect.stringMatching(/^10\.214\.2\.\d+\/24$/)]);

    await eventually(
      async () =>
        expect(await eventMessages(cluster, during, "FailedCreatePodSandBox")).toContainEqual(
          expect.stringContaining("Ratchet's agent on this node does not answer"),
        ),
      { withinMs: 120_000, everyMs: 200 },
    );
    await expectTryAgainInTime(during);

    await cluster.kubectl(["delete", "pod", before, plain, "--wait=true", "--timeout=120s"]);
    await BACK[how]();
    await cluster.waitPodsReady([during]);
    const { in1 } = await new Sandbox(await cluster.podNetns(during)).addressesByInterface();
    expect(in1).toEqual(["10.9.0.1/24"]);

    await cluster.kubectl(["delete", "pod", during, "--wait=true", "--timeout=120s"]);
    await eventually(async () => expect(await portsOf("left")).toEqual([]), WITHIN);
    await eventually(async () => expect(leasesOf(cluster.node("left"))).toEqual([]), WITHIN);
  });
});

test(`${MANY} pods without labels at once come up through the delegate while agents and control plane are dead, and leave no lease`, async () => {
  const { ratchet } = wired;
  for (const { name } of cluster.nodes) await ratchet.agent(name).kill({ restart: false });
  await ratchet.control.kill({ restart: false });
  const names = Array.from({ length: MANY }, (_, i) => `many-${i}`);
  await cluster.apply(names.map((name, i) => busyboxPod({ name, node: i % 2 === 0 ? "left" : "right" })));
  await cluster.waitPodsReady(names, { withinSeconds: 480 });
  expect(leasesOf(cluster.node("left"))).toHaveLength(MANY / 2);
  expect(leasesOf(cluster.node("right"))).toHaveLength(MANY / 2);
  // As `ptp` with `host-local` makes it, and nothing more.
  for (const [name, range] of [
    ["many-0", 2],
    ["many-1", 3],
  ] as const) {
    const sandbox = new Sandbox(await cluster.podNetns(name));
    const { lo, eth0, ...others } = await sandbox.addressesByInterface();
    expect([lo, others]).toEqual([["127.0.0.1/8", "::1/128"], {}]);
    expect(eth0).toEqual([expect.stringMatching(new RegExp(`^10\\.214\\.${range}\\.\\d+/24$`))]);
    expect(await sandbox.routes()).toContainEqual(expect.stringContaining(`10.214.${range}.1`));
  }
  await cluster.kubectl(["delete", "pod", ...names, "--wait=true", "--timeout=480s"]);
  await eventually(async () => expect(cluster.nodes.flatMap(leasesOf)).toEqual([]), WITHIN);
  await ratchet.control.start();
}, 1_200_000);

/** The ADD that kubelet asks for, asked directly: error 11 inside the deadline. */
async function expectTryAgainInTime(pod: string): Promise<void> {
  const left = cluster.node("left");
  const podUid = await cluster.kubectl(["get", "pod", pod, "-o", "jsonpath={.metadata.uid}"]);
  const netns = `${cluster.mark}.${pod}`;
  await command(["ip", "netns", "add", netns]);
  try {
    const sandbox = { containerId: `direct-${pod}`, ifName: "eth0", netns: `/run/netns/${netns}` };
    const startedAt = performance.now();
    const answered = await runPlugin(left, "ADD", configOf(left), {
      ...sandbox,
      namespace: "default",
      name: pod,
      podUid,
    });
    expect(answered).toMatchObject({ code: 1, answer: { code: 11 } });
    // Its deadline, and what starting a process takes on a busy machine; without a deadline it would be its usual 40 s.
    expect(performance.now() - startedAt).toBeLessThan((DEADLINE_SECONDS + 25) * 1000);
    await runPlugin(left, "DEL", configOf(left), { ...sandbox, namespace: "default", name: pod, podUid });
  } finally {
    await command(["ip", "netns", "delete", netns]);
  }
}

/** Aliases of the ports in a node's panel. */
async function portsOf(node: string): Promise<string[]> {
  const panel = new Sandbox(`/run/netns/${wired.ratchet.panelOf(cluster.node(node))}`);
  return (await panel.links()).map(({ ifname }) => ifname).filter((name) => name !== "lo");
}
