import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DoctorReport, Link } from "@ratchet/contracts";
import { type Lab, startLab } from "@ratchet/lab";
import { Client, type EtcdCluster, eventually, Sandbox, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApiProcess, startApiProcess } from "./api-process.js";

const CTL = fileURLToPath(new URL("../packages/ratchetctl/dist/main.js", import.meta.url));
const PODS = { a: "left", b: "right", c: "left" } as const;
const run = promisify(execFile);

let folder: string;
let lab: Lab;
let etcd: EtcdCluster;
let after: ApiProcess | undefined;
const pings: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ratchet-move-"));
  etcd = await startEtcd();
  const dataDir = join(folder, "before");
  await pointAgentsAt(join(dataDir, "api.sock"));
  lab = await startLab({ name: `m${process.pid}`, port: 0, dataDir, agentSocket: () => join(folder, "api.sock") });
});
afterAll(async () => {
  for (const ping of pings) ping.kill("SIGKILL");
  await lab?.stop();
  await after?.stop();
  await etcd?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Where agents find the API: one name, that leads to another socket from one moment to the next. */
async function pointAgentsAt(socket: string): Promise<void> {
  await symlink(socket, join(folder, "next"));
  await rename(join(folder, "next"), join(folder, "api.sock"));
}

const ctl = (url: string, ...words: string[]) => run(process.execPath, [CTL, "--server", url, ...words]);

async function allUp(client: Client): Promise<Link[]> {
  await eventually(
    async () => {
      expect((await client.nodes()).map(({ status }) => status.phase)).toEqual(["Ready", "Ready"]);
      expect((await client.links()).map(({ status }) => status.phase)).toEqual(["Up", "Up"]);
    },
    { withinMs: 30_000, everyMs: 100 },
  );
  return client.links();
}

/** Every interface of every pod as its kernel has it. */
async function interfaces(): Promise<string> {
  const found = Object.entries(PODS).map(async ([pod, node]) => {
    const { stdout } = await run("nsenter", [`--net=${lab.podNetns(node, pod)}`, "ip", "-j", "-d", "addr"]);
    const devices = JSON.parse(stdout) as { ifindex: number; ifname: string; address: string; addr_info: unknown }[];
    return [pod, devices.map(({ ifindex, ifname, address, addr_info }) => ({ ifindex, ifname, address, addr_info }))];
  });
  return JSON.stringify(Object.fromEntries(await Promise.all(found)));
}

/** A ping every 10 ms; how many were sent and how many came back when it is ended. */
function keepPinging(pod: keyof typeof PODS, to: string): () => Promise<{ sent: number; received: number }> {
  const argv = [`--net=${lab.podNetns(PODS[pod], pod)}`, "ping", "-n", "-i", "0.01", "-W", "2", to];
  const ping = spawn("nsenter", argv, { stdio: ["ignore", "pipe", "ignore"] });
  pings.push(ping);
  let text = "";
  ping.stdout.on("data", (chunk) => (text += chunk));
  return async () => {
    const ended = once(ping, "exit");
    ping.kill("SIGINT");
    await ended;
    const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
    return { sent: Number(sent), received: Number(received) };
  };
}

it("a backup of the embedded store goes into etcd, and agents are pointed over without a lost packet", async () => {
  const before = new Client(lab.url);
  for (const [name, node] of Object.entries(PODS))
    await before.createPod({ name }, { node, sandbox: { managed: true } });
  const ends = (far: string, ifName: string) => ["a", far].map((pod) => ({ pod, interface: ifName }));
  await before.createLink("tunnel", { endpoints: ends("b", "t1"), autoAddresses: "both" });
  await before.createLink("local", { endpoints: ends("c", "l1"), autoAddresses: "ipv4" });
  const linksBefore = await allUp(before);
  const kernelBefore = await interfaces();
  const farOf = (link: Link | undefined) => link?.status.endpoints[1]?.autoAddresses?.[0]?.split("/")[0] ?? "";
  const [local, tunnel] = linksBefore;
  const stops = [local, tunnel].map((link) => keepPinging("a", farOf(link)));

  const file = join(folder, "backup.json");
  await ctl(lab.url, "backup", file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const socket = join(folder, "after.sock");
  const flags = ["--store", "etcd", "--etcd-endpoints", etcd.endpoints.join(","), "--socket", socket];
  after = await startApiProcess(["--listen", "127.0.0.1:0", "--data", join(folder, "after"), ...flags]);
  await ctl(after.url, "restore", file);
  await pointAgentsAt(socket);
  await lab.killApi({ restart: false });

  const client = new Client(after.url);
  const linksAfter = await allUp(client);
  const asked = (links: Link[]) =>
    links.map(({ metadata: { revision: _, ...metadata }, spec, status }) => [
      metadata,
      spec,
      status.vni,
      status.endpoints,
    ]);
  expect(asked(linksAfter)).toEqual(asked(linksBefore));
  for (const stop of stops) {
    const { sent, received } = await stop();
    expect(sent).toBeGreaterThan(100);
    expect(received).toBe(sent);
  }
  expect(await interfaces()).toBe(kernelBefore);
  const { stdout } = await ctl(after.url, "--json", "doctor");
  expect(JSON.parse(stdout) as DoctorReport).toMatchObject({ nodes: ["left", "right"], findings: [] });

  await ctl(after.url, "cut", "tunnel");
  const pod = new Sandbox(lab.podNetns("left", "a"));
  await eventually(async () => expect((await pod.link("t1"))?.flags).toContain("NO-CARRIER"));
});
