import { CniNodeConfig } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { mutateConfig, randomOf } from "../testing/mutate-config.js";
import { decodeConfig, readConfig } from "./node-config.js";

const CONFIG = {
  cniVersion: "1.1.0",
  name: "ratchet-demo",
  type: "ratchet",
  etcd_host: "etcd",
  etcd_port: "2379",
  child_path: "/opt/cni/bin/ratchet-child",
  parent_interface: "eth0",
  parent_address: "192.168.1.73",
  use_labels: true,
  delegate: { name: "cbr0", type: "flannel", delegate: { isDefaultGateway: true } },
  boot_network: { type: "loopback" },
  agent_socket: "/run/ratchet/cni.sock",
  state_dir: "/var/lib/ratchet/cni",
  kubeconfig: "/etc/cni/net.d/ratchet.kubeconfig",
  deadline_seconds: 30,
  prevResult: {},
  "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "eth0" }],
};

test("takes what the schema of the contracts takes, and nothing else", () => {
  const random = randomOf(1);
  const seen = { taken: 0, refused: 0 };
  for (let n = 0; n < 5000; n++) {
    const text = mutateConfig(CONFIG, random);
    let raw: Record<string, unknown>;
    try {
      raw = decodeConfig(text);
    } catch {
      continue;
    }
    const isTaken = CniNodeConfig.safeParse(raw).success;
    let problem: unknown;
    try {
      readConfig(raw);
    } catch (error) {
      problem = error;
    }
    expect(problem === undefined, `${text.slice(0, 300)}: ${String(problem)}`).toBe(isTaken);
    seen[isTaken ? "taken" : "refused"]++;
  }
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(200);
});
