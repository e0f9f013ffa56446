import { execFile, spawn } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import type { Link } from "@ratchet/contracts";
import { type Lab, startLab } from "@ratchet/lab";
import { Client, eventually, Sandbox } from "@ratchet/testkit";
import { expect } from "vitest";

const run = promisify(execFile);

/** One end as the tests write it: pod, interface, address, routes. */
type End = [pod: string, ifName: string, address?: string, routes?: { to: string; via?: string }[]];

export interface LabOptions {
  nodes?: number;
  store?: "etcd";
  replicas?: number;
  resyncSeconds?: number;
}

let count = 0;

/** Starts an empty lab of the test's own, beside whatever else runs on the machine. */
export async function openLab(options: LabOptions = {}): Promise<OpenLab> {
  count += 1;
  const lab = await startLab({ name: `t${process.pid}-${count}`, port: 0, ...options });
  return new OpenLab(lab);
}

/** A running lab with the few moves the suites are made of. */
export class OpenLab {
  readonly client: Client;

  constructor(readonly lab: Lab) {
    this.client = new Client(lab.url);
  }

  get url(): string {
    return this.lab.url;
  }

  managedPod(name: string, node: string) {
    return this.client.createPod({ name }, { node, sandbox: { managed: true } });
  }

  wire(name: string, a: End, b: End): Promise<Link> {
    const endpoints = [a, b].map(([pod, ifName, address, routes]) => ({
      pod,
      interface: ifName,
      ...(address === undefined ? {} : { addresses: [address] }),
      ...(routes === undefined ? {} : { routes }),
    }));
    return this.client.createLink(name, { endpoints });
  }

  /** Pods `a` and `b` on two nodes, and the wire `ab` between them, up. */
  async pair(): Promise<void> {
    await this.managedPod("a", "left");
    await this.managedPod("b", "right");
    await this.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await this.allUp();
  }

  /** Waits until every pod is Ready and every link Up. */
  allUp(withinMs = 20_000) {
    return eventually(
      async () => {
        const { pods, links } = await this.client.topology();
        expect(pods.filter((pod) => pod.status.phase !== "Ready").map((pod) => pod.metadata.name)).toEqual([]);
        const waiting = links.filter((link) => link.status.phase !== "Up");
        expect(waiting.map((link) => `${link.metadata.name} ${link.status.phase}`)).toEqual([]);
      },
      { withinMs, everyMs: 50 },
    );
  }

  async sandbox(pod: string): Promise<Sandbox> {
    const { status } = await this.client.pod(pod);
    if (status.netns === null) throw new Error(`pod ${pod} is ${status.phase} and has no namespace`);
    return new Sandbox(status.netns);
  }

  panel(node: string): Sandbox {
    return new Sandbox(this.lab.panelNetns(node));
  }

  netnsName(sandbox: Sandbox): string {
    return basename(sandbox.path);
  }

  /** A command in the host's own namespace. */
  async host(command: string, ...argv: string[]): Promise<string> {
    return (await run(command, argv)).stdout;
  }

  /** Many commands of `ip` or `tc` in one process. */
  batch(sandbox: Sandbox, program: "ip" | "tc", lines: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn("nsenter", [`--net=${sandbox.path}`, program, "-force", "-batch", "-"], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      child.on("error", reject);
      child.on("close", () => resolve());
      child.stdin.end(`${lines.join("\n")}\n`);
    });
  }

  /** kill -9; the lab starts it again. */
  killAgent(node: string) {
    return this.lab.killAgent(node);
  }
  killApi() {
    return this.lab.killApi();
  }
  agentPid(node: string): number {
    const pid = this.lab.pids()[`agent ${node}`];
    if (pid === undefined) throw new Error(`no agent of ${node}: ${Object.keys(this.lab.pids()).join(", ")}`);
    return pid;
  }
  pauseAgent(node: string) {
    process.kill(this.agentPid(node), "SIGSTOP");
  }
  resumeAgent(node: string) {
    process.kill(this.agentPid(node), "SIGCONT");
  }

  /** kill -9, and wait until its node is Ready again. */
  async restartAgent(node: string) {
    const pid = this.agentPid(node);
    await this.killAgent(node);
    await eventually(
      async () => {
        expect(this.agentPid(node)).not.toBe(pid);
        const found = (await this.client.nodes()).find((item) => item.metadata.name === node);
        expect(found?.status.phase).toBe("Ready");
      },
      { withinMs: 15_000, everyMs: 50 },
    );
  }

  close() {
    return this.lab.stop();
  }
}
