import { expect, test } from "vitest";
import { CniNodeConfig } from "./node-config.js";

const PROTOTYPE = {
  name: "ratchet-demo",
  type: "ratchet",
  etcd_host: "etcd-client.ratchet.svc.cluster.local",
  etcd_port: "2379",
  child_path: "/opt/cni/bin/ratchet-child",
  parent_interface: "eth0",
  parent_address: "192.168.1.73",
  use_labels: true,
  delegate: { name: "cbr0", type: "flannel", delegate: { isDefaultGateway: true } },
  boot_network: { type: "loopback" },
};

test("takes the prototype's configuration whole", () => {
  expect(CniNodeConfig.parse(PROTOTYPE)).toEqual(PROTOTYPE);
});

test.each([
  ["name", { name: "-bad" }],
  ["cniVersion", { cniVersion: "2.0.0" }],
  ["delegate.type", { delegate: { type: "../ptp" } }],
  ["delegate.type", { delegate: { type: "ratchet" } }],
  ["agent_socket", { agent_socket: "cni.sock" }],
  ["deadline_seconds", { deadline_seconds: 600 }],
])("names %s when it is wrong", (path, change) => {
  const result = CniNodeConfig.safeParse({ ...PROTOTYPE, ...change });
  expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
