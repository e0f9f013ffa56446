import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubePods, waitUntilSettled } from "@ratchet/lab";
import {
  BUSYBOX_IMAGE,
  eventually,
  type KubeCluster,
  type KubeNode,
  ptpWithHostLocal,
  Sandbox,
} from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WITHIN } from "./ratchet-objects.js";
import { leasesOf, SHIM, WiredCluster } from "./wired-cluster.js";

// The prototype's node config with nothing changed but addresses: no key of ours, no version. Its pair of pods, too.

/** Where executable and agent meet by default; a bind mount makes them each node's own. */
const DEFAULT_FOLDERS = { run: "/run/ratchet", state: "/var/lib/ratchet" };

let wired: WiredCluster;
let cluster: KubeCluster;
const made: string[] = [];

const folderOf = (node: KubeNode, what: "run" | "state") => join(node.cniDataDir, `default-${what}`);

/** The executable in this node's view of /run/ratchet and /var/lib/ratchet: the nodes share one file system. */
function installInOwnFolders(node: KubeNode): void {
  const binds = (["run", "state"] as const).map((what) => {
    mkdirSync(folderOf(node, what), { recursive: true });
    return `mount --bind ${folderOf(node, what)} ${DEFAULT_FOLDERS[what]}`;
  });
  const folders = Object.values(DEFAULT_FOLDERS).join(" ");
  const script = `#!/bin/sh\nmkdir -p ${folders}\nexec unshare --mount sh -c '${binds.join(" && ")} && exec ${SHIM}'\n`;
  writeFileSync(join(node.cniBinDir, "ratchet"), script, { mode: 0o755 });
}

beforeAll(async () => {
  for (const folder of Object.values(DEFAULT_FOLDERS)) {
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    made.push(folder);
  }
  wired = await WiredCluster.start(
    {
      cniConf: (node) => {
        installInOwnFolders(node);
        return {
          name: "10-ratchet.conf",
          content: {
            name: "ratchet-demo",
            type: "ratchet",
            etcd_host: "etcd-client.ratchet.svc.cluster.local",
            etcd_port: "2379",
            child_path: "/opt/cni/bin/ratchet-child",
            parent_interface: "eth0",
            parent_address: node.vtep,
            use_labels: true,
            delegate: { name: "cbr0", ...ptpWithHostLocal(node) },
            boot_network: { type: "loopback" },
          },
        };
      },
    },
    (node) => [
      ...["--cni-socket", join(folderOf(node, "run"), "cni.sock"), "--cni-state", join(folderOf(node, "state"), "cni")],
      ...["--kubeconfig", node.kubeconfigs.agent],
    ],
  );
  ({ cluster } = wired);
});
afterAll(async () => {
  await wired?.end();
  // Another run of this suite may have them too.
  for (const folder of made) if (existsSync(folder)) rmdirSync(folder);
});

interface Manifest {
  metadata: { name: string };
  spec: { nodeSelector?: Record<string, string> };
}

test.each([
  ["on two nodes", undefined, "vxlan"],
  ["on one node", "left", "veth"],
] as const)(
  "its pair %s comes up with loopback, the labelled addresses and a wire, and goes without a trace",
  async (_, side, transport) => {
    const pods = kubePods("pair/pods.yaml", BUSYBOX_IMAGE, "static") as Manifest[];
    if (side !== undefined) for (const { spec } of pods) spec.nodeSelector = { ratchetside: side };
    const names = pods.map(({ metadata }) => metadata.name);
    await cluster.apply(pods);
    await cluster.waitPodsReady(names);
    const { links } = await waitUntilSettled(wired.ratchet.api, "default", WITHIN.withinMs);
    expect(links.map(({ status }) => status.transport)).toEqual([transport]);

    const [primary, pair] = [
      new Sandbox(await cluster.podNetns("primary-pod")),
      new Sandbox(await cluster.podNetns("pair-pod")),
    ];
    const LO = ["127.0.0.1/8", "::1/128"];
    expect(await primary.addressesByInterface()).toEqual({ lo: LO, in1: ["192.168.2.100/24"] });
    expect(await pair.addressesByInterface()).toEqual({ lo: LO, in2: ["192.168.2.101/24"] });
    expect((await primary.link("in1")).mtu).toBe(1450);
    await eventually(
      async () => expect(await primary.ping("192.168.2.101")).toEqual({ sent: 3, received: 3, ttl: 64 }),
      WITHIN,
    );
    const seen = await cluster.kubectl(["get", "pod", "primary-pod", "-o", "jsonpath={.status.podIP}"]);
    expect(seen).toBe("192.168.2.100");

    await cluster.kubectl(["delete", "pod", ...names, "--wait=true"]);
    for (const node of cluster.nodes) {
      const panel = new Sandbox(`/run/netns/${wired.ratchet.panelOf(node)}`);
      await eventually(async () => expect((await panel.links()).map(({ ifname }) => ifname)).toEqual(["lo"]), {
        ...WITHIN,
      });
      expect(leasesOf(node)).toEqual([]);
    }
    await eventually(async () => expect((await wired.ratchet.api.topology()).links).toEqual([]), WITHIN);
  },
);
