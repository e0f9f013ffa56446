import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CniPendingDel } from "@ratchet/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StandInAgent } from "./testing/stand-in-agent.js";
import { TestNode } from "./testing/test-node.js";

let node: TestNode;
let agent: StandInAgent;

beforeEach(async () => {
  node = new TestNode("plugin");
  agent = await StandInAgent.listen(node.socket);
  agent.ratchetPods.add("default/centosa");
});

afterEach(async () => {
  await agent.close();
  node.remove();
});

const WIRE = {
  interfaces: [{ name: "in1", mac: "02:00:00:00:00:01", mtu: 1450, sandbox: "/run/netns/centosa" }],
  ips: [{ address: "192.168.2.100/24", interface: 0 }],
  routes: [{ dst: "0.0.0.0/0", gw: "192.168.2.101" }],
};

function linkNames(netns: string): string[] {
  const links = JSON.parse(execFileSync("nsenter", [`--net=${netns}`, "ip", "-j", "link"], { encoding: "utf8" }));
  return links.map((link: { ifname: string }) => link.ifname);
}

function isLoopbackUp(netns: string): boolean {
  return execFileSync("nsenter", [`--net=${netns}`, "ip", "link", "show", "lo"], { encoding: "utf8" }).includes(",UP");
}

/** Addresses that host-local holds. */
function heldAddresses(): string[] {
  const folder = join(node.addressesDir, "cbr0");
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^\d/.test(name)) : [];
}

const pendingDels = () => {
  const folder = join(node.stateDir, "pending-del");
  return existsSync(folder) ? readdirSync(folder) : [];
};

test("a pod of Ratchet's gets its boot network and its wires, and loses them by DEL", async () => {
  const netns = node.addNamespace("centosa");
  agent.addResponse = WIRE;
  const added = await node.run(node.environment("ADD", "centosa", netns), node.config());
  expect(added.exitCode, added.stderr + added.stdout).toBe(0);
  const result = added.json() as { interfaces: { name: string }[]; ips: object[]; routes: object[] };
  expect(result).toMatchObject({ cniVersion: "1.0.0", routes: WIRE.routes });
  expect(result.interfaces.map((item) => item.name)).toEqual(["lo", "in1"]);
  // Without index: what containerd takes for eth0's.
  expect(result.ips[0]).toEqual({ address: "192.168.2.100/24" });
  expect(result.ips).toContainEqual({ address: "192.168.2.100/24", interface: 1 });
  expect(isLoopbackUp(netns)).toBe(true);
  expect(agent.requests.find((request) => request.path === "/v1/add")?.body).toMatchObject({
    containerId: "sandbox-of-centosa",
    namespace: "default",
    name: "centosa",
    uid: "uid-of-centosa",
    netns,
    networkName: "ratchet-demo",
  });

  const deleted = await node.run(node.environment("DEL", "centosa", netns), node.config());
  expect(deleted).toMatchObject({ exitCode: 0, stdout: "" });
  expect(agent.paths()).toEqual(["/v1/add", "/v1/del"]);
  expect(readdirSync(join(node.stateDir, "attachments"))).toEqual([]);
});

test("another pod gets from its delegate what it would get without Ratchet, and its address is released", async () => {
  const netns = node.addNamespace("nginx");
  const config = node.config();
  const added = await node.run(node.environment("ADD", "nginx", netns), config);
  expect(added.exitCode, added.stderr + added.stdout).toBe(0);
  expect(added.json()).toMatchObject({ cniVersion: "1.0.0", ips: [{ address: "10.77.0.2/24", interface: 1 }] });
  expect(linkNames(netns)).toContain("eth0");
  expect(heldAddresses()).toEqual(["10.77.0.2"]);

  const deleted = await node.run(node.environment("DEL", "nginx", netns), { ...config, prevResult: added.json() });
  expect(deleted).toMatchObject({ exitCode: 0, stdout: "" });
  expect(linkNames(netns)).not.toContain("eth0");
  expect(heldAddresses()).toEqual([]);
  expect(agent.paths()).toEqual(["/v1/add"]);
});

test("the delegate's error passes through with its code", async () => {
  const netns = node.addNamespace("nginx");
  const config = node.config({ delegate: { type: "ptp", ipam: { type: "host-local", dataDir: node.addressesDir } } });
  const answer = await node.run(node.environment("ADD", "nginx", netns), config);
  expect(answer.exitCode).toBe(1);
  expect(answer.json()).toMatchObject({ cniVersion: "1.0.0", code: 999, msg: "no IP ranges specified" });
});

test("with the agent dead, other pods come and go as ever", async () => {
  await agent.close();
  const netns = node.addNamespace("nginx");
  const added = await node.run(node.environment("ADD", "nginx", netns), node.config());
  expect(added.exitCode, added.stderr + added.stdout).toBe(0);
  expect(linkNames(netns)).toContain("eth0");
  const deleted = await node.run(node.environment("DEL", "nginx", netns), node.config());
  expect(deleted.exitCode).toBe(0);
  expect(heldAddresses()).toEqual([]);
  expect(pendingDels()).toEqual([]);
});

test("with the agent dead, a pod of Ratchet's is told to try again within the deadline, and its DEL is noted", async () => {
  const netns = node.addNamespace("centosa");
  const config = node.config({ deadline_seconds: 2 });
  expect((await node.run(node.environment("ADD", "centosa", netns), config)).exitCode).toBe(0);
  await agent.close();

  const startedAtMs = performance.now();
  const again = await node.run(node.environment("ADD", "centosa", netns, "sandbox-2"), config);
  expect(again.exitCode).toBe(1);
  expect(again.json()).toMatchObject({ code: 11, msg: expect.stringContaining("agent") });
  // The deadline and what a busy machine adds.
  expect(performance.now() - startedAtMs).toBeLessThan(4000);

  const deleted = await node.run(node.environment("DEL", "centosa", netns, "sandbox-2"), config);
  expect(deleted).toMatchObject({ exitCode: 0, stdout: "" });
  expect(pendingDels()).toEqual(["sandbox-2.eth0.json"]);
  const note = JSON.parse(readFileSync(join(node.stateDir, "pending-del", "sandbox-2.eth0.json"), "utf8"));
  expect(CniPendingDel.parse(note)).toMatchObject({ containerId: "sandbox-2", ifName: "eth0", netns, name: "centosa" });
});

test("an agent that comes up during ADD is found", async () => {
  const netns = node.addNamespace("centosa");
  expect((await node.run(node.environment("ADD", "centosa", netns), node.config())).exitCode).toBe(0);
  await agent.close();
  const adding = node.run(node.environment("ADD", "centosa", netns, "sandbox-2"), node.config());
  await new Promise((resolve) => setTimeout(resolve, 500));
  agent = await StandInAgent.listen(node.socket);
  agent.addResponse = WIRE;
  const added = await adding;
  expect(added.exitCode, added.stderr + added.stdout).toBe(0);
  expect(agent.paths()).toEqual(["/v1/add"]);
});

test("DEL succeeds when the namespace is gone and nothing is known of the sandbox", async () => {
  const netns = node.addNamespace("centosa");
  node.removeNamespace(netns);
  const { CNI_NETNS: _, ...env } = node.environment("DEL", "centosa", netns);
  const deleted = await node.run(env, node.config());
  expect(deleted.stdout).toBe("");
  expect(deleted.exitCode).toBe(0);
  expect(agent.paths()).toEqual(["/v1/del"]);
});

test("after another plugin, others' results pass unchanged, also without an agent", async () => {
  const netns = node.addNamespace("nginx");
  const prevResult = {
    cniVersion: "1.0.0",
    interfaces: [{ name: "eth0", sandbox: netns, "x-vendor": 1 }],
    ips: [{ address: "10.1.2.3/24", interface: 0 }],
    dns: { nameservers: ["10.0.0.10"] },
  };
  const { delegate: _, boot_network: __, ...config } = node.config({ prevResult });
  const withAgent = await node.run(node.environment("ADD", "nginx", netns), config);
  await agent.close();
  const without = await node.run(node.environment("ADD", "nginx", netns), config);
  for (const answer of [withAgent, without]) {
    expect(answer.exitCode, answer.stderr).toBe(0);
    expect(answer.json()).toEqual(prevResult);
  }
  expect((await node.run(node.environment("DEL", "nginx", netns), config)).exitCode).toBe(0);
});

test("after another plugin, wires are added behind its result", async () => {
  const netns = node.addNamespace("centosa");
  agent.addResponse = WIRE;
  const prevResult = {
    cniVersion: "0.4.0",
    interfaces: [{ name: "eth0", sandbox: netns }],
    ips: [{ version: "4", address: "10.1.2.3/24", interface: 0 }],
  };
  const { delegate: _, boot_network: __, ...config } = node.config({ cniVersion: "0.4.0", prevResult });
  const added = await node.run(node.environment("ADD", "centosa", netns), config);
  expect(added.exitCode, added.stderr).toBe(0);
  expect(added.json()).toMatchObject({
    cniVersion: "0.4.0",
    interfaces: [{ name: "eth0" }, { name: "in1", mac: "02:00:00:00:00:01" }],
    ips: [
      { version: "4", address: "10.1.2.3/24", interface: 0 },
      { version: "4", address: "192.168.2.100/24", interface: 1 },
    ],
  });
});
