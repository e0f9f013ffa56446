import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { AssignedPod, AssignedPort, AssignedWire } from "@ratchet/contracts";
import { createNamedNetns, deleteNamedNetns } from "../../ffi/named-netns.js";
import { type AgentPeer, FakeApi } from "./fake-api.js";

const PACKAGE = resolve(import.meta.dirname, "../../..");
const MAIN = join(PACKAGE, "dist/agent/main.js");

/** Compiles the agent from the sources under test: it runs as a process of its own. */
export function buildAgent(): void {
  const root = resolve(PACKAGE, "../..");
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", PACKAGE], { stdio: "inherit" });
}

export interface NodeOptions {
  address?: string;
  flags?: string[];
}

/** Some nodes, their agents and an API, all gone after `end`, however the test went. */
export class Scene {
  readonly prefix: string;
  readonly installation: string;
  readonly nodes = new Map<string, TestNode>();

  private constructor(
    readonly api: FakeApi,
    id: string,
    readonly folder: string,
  ) {
    this.prefix = `rt-${process.pid}-${id}`;
    this.installation = this.prefix;
  }

  private static count = 0;

  static async begin(): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), "ratchet-agent-"));
    return new Scene(await FakeApi.listen(join(folder, "api.sock")), String(++Scene.count), folder);
  }

  /** A node joined to the underlay, without an agent yet. The first one's namespace carries the bridge. */
  node(name: string, options: NodeOptions = {}): TestNode {
    const node = new TestNode(this, name, options);
    this.nodes.set(name, node);
    return node;
  }

  async end(): Promise<void> {
    for (const node of this.nodes.values()) await node.end();
    await this.api.close();
    for (const name of readdirSync("/run/netns")) if (name.startsWith(`${this.prefix}.`)) deleteNamedNetns(name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class TestNode {
  readonly netns: string;
  readonly panel: string;
  readonly data: string;
  readonly address: string;
  agent: ChildProcess | undefined;
  stderr = "";

  constructor(
    readonly scene: Scene,
    readonly name: string,
    private readonly options: NodeOptions,
  ) {
    this.netns = `${scene.prefix}.${name}`;
    this.panel = `${this.netns}.panel`;
    this.data = join(scene.folder, name);
    this.address = options.address ?? "10.255.0.1";
    createNamedNetns(this.netns);
    const [first] = scene.nodes.values();
    if (first === undefined) {
      this.ip("link", "add", "br0", "type", "bridge");
      this.ip("link", "set", "br0", "up");
      this.ip("addr", "add", `${this.address}/24`, "dev", "br0");
    } else {
      this.ip("link", "add", "eth0", "type", "veth", "peer", "name", `to-${name}`, "netns", first.netns);
      first.ip("link", "set", `to-${name}`, "master", "br0", "up");
      this.ip("link", "set", "eth0", "up");
      this.ip("addr", "add", `${this.address}/24`, "dev", "eth0");
    }
  }

  get peer(): AgentPeer {
    return this.scene.api.peer(this.name);
  }

  get flags(): string[] {
    const isFirst = [...this.scene.nodes.keys()][0] === this.name;
    return [
      ...["--node", this.name, "--vtep", this.address, "--parent", isFirst ? "br0" : "eth0"],
      ...["--api", `unix:${join(this.scene.folder, "api.sock")}`, "--data", this.data],
      ...["--installation", this.scene.installation, "--panel", this.panel, "--netns-prefix", this.netns],
      ...["--resync-seconds", "0", ...(this.options.flags ?? [])],
    ];
  }

  /** Starts the agent and waits for its ready line. */
  async start(): Promise<void> {
    const args = [`--net=/run/netns/${this.netns}`, process.execPath, MAIN, ...this.flags];
    const agent = spawn("nsenter", args, { stdio: ["ignore", "pipe", "pipe"] });
    this.agent = agent;
    agent.stderr.on("data", (chunk) => {
      this.stderr += chunk;
      if (process.env.RATCHET_TEST_LOG) process.stderr.write(chunk);
    });
    const line = await Promise.race([
      once(createInterface(agent.stdout), "line").then(([text]) => String(text)),
      once(agent, "exit").then(() => `ended: ${this.stderr}`),
    ]);
    if (!line.includes('"ready":true')) throw new Error(`the agent did not become ready: ${line}`);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { agent } = this;
    this.agent = undefined;
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
    const gone = once(agent, "exit");
    agent.kill(signal);
    await gone;
  }

  /** Runs the agent's own clean-up; what it leaves is a failure of the test that looks. */
  cleanUp(): void {
    execFileSync("nsenter", [`--net=/run/netns/${this.netns}`, process.execPath, MAIN, "cleanup", ...this.flags]);
  }

  async end(): Promise<void> {
    await this.kill();
    if (existsSync(`/run/netns/${this.panel}`)) this.cleanUp();
    deleteNamedNetns(this.panel);
    deleteNamedNetns(this.netns);
  }

  ip(...args: string[]): string {
    return run(this.netns, "ip", ...args);
  }

  inPanel(command: string, ...args: string[]): string {
    return run(this.panel, command, ...args);
  }

  podNetns(name: string, namespace = "default"): string {
    return `${this.netns}.${namespace}.${name}`;
  }

  inPod(name: string, command: string, ...args: string[]): string {
    return run(this.podNetns(name), command, ...args);
  }

  link(netns: string, ifName: string): IpLink | undefined {
    return this.links(netns).find((link) => link.ifname === ifName);
  }

  links(netns: string): IpLink[] {
    return JSON.parse(run(netns, "ip", "-d", "-j", "link", "show")) as IpLink[];
  }

  /** The panel half of a port, by its alias. */
  half(alias: string): IpLink | undefined {
    return this.links(this.panel).find((link) => link.ifalias === alias);
  }
}

export interface IpLink {
  ifindex: number;
  ifname: string;
  ifalias?: string;
  address: string;
  mtu: number;
  flags: string[];
  operstate: string;
}

export function run(netns: string, command: string, ...args: string[]): string {
  return execFileSync("nsenter", [`--net=/run/netns/${netns}`, command, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** True when at least one of the pings is answered within two seconds. */
export function answers(netns: string, address: string, ...flags: string[]): boolean {
  try {
    run(netns, "ping", "-n", "-c1", "-W1", ...flags, address);
    return true;
  } catch {
    return false;
  }
}

export function pod(name: string, more: Partial<AssignedPod> = {}): AssignedPod {
  return {
    podUid: `uid-${name}`,
    namespace: "default",
    name,
    sandbox: { managed: true },
    sysctls: {},
    loopback: [],
    isRunning: true,
    incarnation: 1,
    ...more,
  };
}

export function port(podName: string, ifName: string, ...addresses: string[]): AssignedPort {
  return { podUid: `uid-${podName}`, interface: ifName, mtuBytes: 1450, mac: null, addresses, routes: [] };
}

/** A wire between two ports of one node, each as `pod:interface`. */
export function wire(name: string, a: string, b: string, more: Partial<AssignedWire> = {}): AssignedWire {
  return {
    linkUid: `link-${name}`,
    namespace: "default",
    name,
    revision: 1,
    state: "up",
    far: "present",
    port: ref(a),
    peer: { type: "port", port: ref(b) },
    ...more,
  };
}

export function ref(text: string): { podUid: string; interface: string } {
  const [name = "", ifName = ""] = text.split(":");
  return { podUid: `uid-${name}`, interface: ifName };
}
