import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CompiledShim } from "@ratchet/cni-shim/compiled-shim";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createNamedNetns, deleteNamedNetns } from "../../ffi/named-netns.js";
import { answers, buildAgent, pod, port, Scene, type TestNode, wire } from "../testing/scene.js";

// The executable that a runtime starts, against the agent as it runs on a node.

let shim: CompiledShim;
let scene: Scene;
let node: TestNode;
let netns: { a: string; b: string };

beforeAll(async () => {
  await buildAgent();
  shim = new CompiledShim();
});
afterAll(() => shim.remove());

beforeEach(async () => {
  scene = await Scene.begin();
  netns = { a: `${scene.prefix}-pa`, b: `${scene.prefix}-pb` };
  createNamedNetns(netns.a);
  createNamedNetns(netns.b);
  const flags = ["--cni-socket", join(scene.folder, "cni.sock"), "--cni-state", join(scene.folder, "cni")];
  node = scene.node("n", { flags });
  await node.start();
  await scene.api.until("the agent connects", () => node.peer.hello !== undefined);
  node.peer.change({
    pods: [pod("a", { sandbox: { cni: true } }), pod("b", { sandbox: { cni: true } })],
    ports: [port("a", "in1", "10.0.0.1/24"), port("b", "in1", "10.0.0.2/24")],
    wires: [wire("w", "a:in1", "b:in1")],
  });
});
afterEach(async () => {
  await scene.end();
  deleteNamedNetns(netns.a);
  deleteNamedNetns(netns.b);
});

/** As main plugin, with loopback as the only other one. */
function plugin(command: string, name: "a" | "b", prevResult?: object) {
  const config = {
    cniVersion: "1.1.0",
    name: "net",
    type: "ratchet",
    // Debian's reference plugins are older than 1.1.0.
    boot_network: { type: "loopback", cniVersion: "1.0.0" },
    agent_socket: join(scene.folder, "cni.sock"),
    state_dir: join(scene.folder, "cni"),
    deadline_seconds: 10,
    ...(prevResult === undefined ? {} : { prevResult }),
  };
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: `c-${name}`,
    CNI_NETNS: `/run/netns/${netns[name]}`,
    CNI_IFNAME: "eth0",
    CNI_PATH: "/usr/lib/cni",
    CNI_ARGS: `K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_UID=uid-${name}`,
  };
  return shim.run(env, config);
}

test("two pods added by the plugin reach each other; CHECK is content; DEL leaves nothing", async () => {
  for (const name of ["a", "b"] as const) {
    const added = await plugin("ADD", name);
    expect(added.exitCode, added.stdout + added.stderr).toBe(0);
    const address = name === "a" ? "10.0.0.1/24" : "10.0.0.2/24";
    const result = added.json() as { interfaces: { name: string }[]; ips: { address: string }[] };
    expect(result.interfaces.map((item) => item.name)).toEqual(["lo", "in1"]);
    expect(result.ips[0]).toEqual({ address });
  }
  expect(answers(netns.a, "10.0.0.2")).toBe(true);
  expect((await plugin("STATUS", "a")).exitCode).toBe(0);

  const again = await plugin("ADD", "a");
  const result = again.json();
  expect(again.exitCode, again.stdout).toBe(0);
  const good = await plugin("CHECK", "a", result);
  expect(good.exitCode, good.stdout).toBe(0);
  for (const name of ["a", "b"] as const) expect(await plugin("DEL", name)).toMatchObject({ exitCode: 0, stdout: "" });
  expect(node.links(node.panel).flatMap(({ ifalias }) => ifalias ?? [])).toEqual([]);
});

test("a DEL while the agent is killed is made good when it starts", async () => {
  expect((await plugin("ADD", "a")).exitCode).toBe(0);
  await node.kill();
  expect(await plugin("DEL", "a")).toMatchObject({ exitCode: 0, stdout: "" });
  const pending = join(scene.folder, "cni", "pending-del");
  expect(readdirSync(pending)).toEqual(["c-a.eth0.json"]);
  await node.start();
  await scene.api.until("the note is drained", () => !existsSync(join(pending, "c-a.eth0.json")));
});
