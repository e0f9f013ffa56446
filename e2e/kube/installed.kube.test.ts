import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { busyboxPod, command, eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InstalledCluster, NAMESPACE } from "./installed-cluster.js";
import { labelledPod, pairLabels, primaryLabels } from "./labelled-pair.js";
import { WITHIN } from "./ratchet-objects.js";

const MANIFESTS = fileURLToPath(new URL("../../deploy/kubernetes", import.meta.url));
const account = (name: string) => `--as=system:serviceaccount:${NAMESPACE}:${name}`;

let installed: InstalledCluster;
beforeAll(async () => {
  installed = await InstalledCluster.start();
}, 1_200_000);
afterAll(() => installed?.end());

const ping = (pod: string, address: string) =>
  installed.cluster.execInPodNetns(pod, ["ping", "-c", "1", "-W", "2", address]);
const nodes = async () =>
  JSON.parse(await installed.ask("/api/v1/nodes")).items.map(
    (node: { metadata: { name: string }; status: { phase: string } }) => [node.metadata.name, node.status.phase],
  );

test.each(["ratchet.yaml", "uninstall.yaml"])("a real API server takes deploy/kubernetes/%s as it is", async (file) => {
  const { cluster } = installed;
  // Another namespace, so that nothing of what runs here is merged into it.
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "dry-run" } });
  const text = readFileSync(join(MANIFESTS, file), "utf8").replaceAll(NAMESPACE, "dry-run");
  const strict = ["apply", "--dry-run=server", "--validate=strict", "-f", "-"];
  const { code, stdout, stderr } = await cluster.kubectlResult(strict, text);
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error|unknown field/i)]);
  expect(stdout).toMatch(/daemonset.apps\/ratchet-agent(-uninstall)? (created|configured) \(server dry run\)/);
});

test("the agents have joined over TLS, each by its own node's token", async () => {
  expect(await nodes()).toEqual([
    ["left", "Ready"],
    ["right", "Ready"],
  ]);
  for (const { name } of installed.cluster.nodes) {
    const own = readFileSync(join(installed.credentials, `nodes/${name}.token`), "utf8").trim();
    const seen = await installed.cluster.kubectl([
      ...["exec", "-n", NAMESPACE, `daemonset/ratchet-agent-${name}`, "-c", "agent", "--"],
      ...["/usr/bin/node", "-p", "require('fs').readFileSync('/etc/ratchet/token','utf8')"],
    ]);
    expect(seen.trim()).toBe(own);
  }
});

test("a labelled pair on two nodes comes up wired, and other pods get their own network", async () => {
  const { cluster } = installed;
  await cluster.apply([
    labelledPod("primary-pod", "left", primaryLabels("primary-pod", "pair-pod")),
    labelledPod("pair-pod", "right", pairLabels("pair-pod")),
    busyboxPod({ name: "plain", node: "right" }),
  ]);
  await cluster.waitPodsReady(["primary-pod", "pair-pod", "plain"]);
  await eventually(() => ping("primary-pod", "192.168.2.101"), WITHIN);
  expect(await cluster.execInPodNetns("plain", ["ip", "-br", "-4", "address", "show", "eth0"])).toContain("10.214.");
});

test("an agent that is replaced leaves the wire as it is", async () => {
  const { cluster } = installed;
  const index = () => cluster.execInPodNetns("primary-pod", ["ip", "-o", "link", "show", "in1"]);
  const before = await index();
  const pinging = cluster.execInPodNetns("primary-pod", [
    "ping",
    "-q",
    "-i",
    "0.2",
    "-c",
    "75",
    "-W",
    "10",
    "192.168.2.101",
  ]);
  await cluster.kubectl(["rollout", "restart", "-n", NAMESPACE, "daemonset/ratchet-agent-left"]);
  await cluster.kubectl(["rollout", "status", "-n", NAMESPACE, "daemonset/ratchet-agent-left", "--timeout=240s"]);
  expect(await pinging).toMatch(/ 0% packet loss/);
  await ping("primary-pod", "192.168.2.101");
  expect(await index()).toBe(before);
  await eventually(async () => expect(await nodes()).toContainEqual(["left", "Ready"]), WITHIN);
});

test.each([
  ["ratchet-api", "list", "pods", "yes"],
  ["ratchet-api", "patch", "pods/status", "yes"],
  ["ratchet-api", "get", "secrets", "no"],
  ["ratchet-api", "delete", "pods", "no"],
  ["ratchet-agent", "watch", "pods", "yes"],
  ["ratchet-agent", "patch", "pods/status", "no"],
  ["ratchet-agent", "get", "secrets", "no"],
  ["ratchet-shim", "get", "pods", "yes"],
  ["ratchet-shim", "list", "pods", "no"],
])("%s may %s %s: %s", async (name, verb, resource, answer) => {
  const [kind = "", part] = resource.split("/");
  const more = part === undefined ? [] : [`--subresource=${part}`];
  const { stdout } = await installed.cluster.kubectlResult(["auth", "can-i", verb, kind, ...more, account(name)]);
  expect(stdout.trim()).toBe(answer);
});

test("uninstalling takes configuration, plugin and wires from every node", async () => {
  const { cluster } = installed;
  await cluster.kubectl(["delete", "pod", "primary-pod", "pair-pod", "plain", "--now"]);
  await installed.uninstall();
  for (const node of cluster.nodes) {
    for (const name of ["00-ratchet.conf", "ratchet.kubeconfig"])
      expect(existsSync(join(node.cniConfDir, name))).toBe(false);
    expect(existsSync(join(node.cniBinDir, "ratchet"))).toBe(false);
    expect(await command(["ip", "netns", "list"])).not.toContain(installed.panelOf(node));
  }
});
