import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { interfacesOf } from "./check/kernel.js";
import { until } from "./check/prover.js";
import { removeLab } from "./claim.js";
import { processesIn } from "./host/namespace-processes.js";
import { namespacesWith } from "./host/namespaces.js";
import { type Lab, startLab } from "./lab.js";
import { LabProcess } from "./lab-process.js";
import { labNames, netnsPath } from "./names.js";
import { identityOf, isAlive, type ProcessIdentity } from "./process/identity.js";
import { readRun } from "./run-file.js";

const started: Lab[] = [];
const children: LabProcess[] = [];
const names: string[] = [];
const dirs: string[] = [];
let count = 0;

/** A lab name of this test process alone; whatever carries it is removed at the end. */
function freshName(): string {
  count += 1;
  const name = `lab${process.pid}-${count}`;
  names.push(name);
  return name;
}

async function open(options: Parameters<typeof startLab>[0] = {}): Promise<Lab> {
  const lab = await startLab({ name: freshName(), port: 0, ...options });
  started.push(lab);
  return lab;
}

function openProcess(...args: string[]): LabProcess {
  const child = new LabProcess(args);
  children.push(child);
  return child;
}

afterEach(async () => {
  for (const child of children.splice(0)) await child.end();
  for (const lab of started.splice(0)) await lab.stop();
  for (const name of names.splice(0)) await removeLab(name);
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** What a lab has on this host, by kind. */
function tracesOf(name: string) {
  return {
    namespaces: namespacesWith(labNames(name).prefix),
    processes: processesIn(namespacesWith(labNames(name).prefix)),
    files: readdirSync(tmpdir()).filter((file) => file.startsWith(`ratchet-${name}-`)),
    isKnown: readRun(name) !== undefined,
  };
}
const NOTHING = { namespaces: [], processes: [], files: [], isKnown: false };

function identities(pids: Record<string, number | undefined>): ProcessIdentity[] {
  return Object.values(pids)
    .map((pid) => (pid === undefined ? undefined : identityOf(pid)))
    .filter((identity) => identity !== undefined);
}

async function phaseOf(lab: Lab, node: string): Promise<string | undefined> {
  const { items } = await lab.api.nodes();
  return items.find((item) => item.metadata.name === node)?.status.phase;
}

describe("startLab", () => {
  it("joins every node to an underlay that the host does not see, and leaves nothing when stopped", async () => {
    const lab = await open({ nodes: 3 });
    expect(lab.nodes.map((node) => [node.name, node.labels])).toEqual([
      ["left", { ratchetside: "left" }],
      ["right", { ratchetside: "right" }],
      ["node3", {}],
    ]);
    for (const node of lab.nodes) {
      expect(await phaseOf(lab, node.name)).toBe("Ready");
      const [underlay] = await interfacesOf(lab.nodeNetns(node.name));
      expect(underlay).toMatchObject({ name: "eth0", hasCarrier: true, addresses: [`${node.address}/16`] });
    }
    const processes = identities(lab.pids());
    expect(processes).toHaveLength(4);

    await lab.stop();
    expect(tracesOf(lab.name)).toEqual(NOTHING);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it("runs two labs beside each other, and the end of one does not touch the other", async () => {
    const [first, second] = [await open(), await open()];
    expect(first.url).not.toBe(second.url);
    expect(first.installationId).not.toBe(second.installationId);
    await first.stop();
    expect(tracesOf(first.name)).toEqual(NOTHING);
    expect(await phaseOf(second, "left")).toBe("Ready");
    expect(existsSync(second.nodeNetns("left"))).toBe(true);
  });

  it("starts a killed agent again, and a killed API on its old port", async () => {
    const said: string[] = [];
    const lab = await open({ say: (line) => said.push(line) });
    const before = lab.pids();
    await lab.killAgent("left");
    await lab.killApi();
    await until(20_000, "the control plane is not back", async () => {
      const now = lab.pids();
      const isNew = [now.api, now["agent left"]].every(
        (pid) => pid !== undefined && !Object.values(before).includes(pid),
      );
      return isNew && (await phaseOf(lab, "left").catch(() => undefined)) === "Ready";
    });
    expect(said.join("\n")).toMatch(/agent left ended \(SIGKILL\); starting it again/);
    expect(lab.pids()["agent right"]).toBe(before["agent right"]);
  });

  it("refuses a name and a port that are taken, and leaves nothing of the attempt", async () => {
    const lab = await open();
    await expect(startLab({ name: lab.name, port: 0 })).rejects.toThrow(`lab ${lab.name} is already running`);
    expect(await phaseOf(lab, "left")).toBe("Ready");

    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const name = freshName();
    await expect(startLab({ name, port })).rejects.toThrow(`port ${port} is taken`);
    holder.close();
    expect(tracesOf(name)).toEqual(NOTHING);
  });

  it("leaves nothing when it cannot come up", async () => {
    const name = freshName();
    const dir = mkdtempSync(join(tmpdir(), "ratchet-kernel-test-"));
    dirs.push(dir);
    writeFileSync(
      join(dir, "bad.yaml"),
      "apiVersion: ratchet.network/v1alpha1\nkind: Link\nmetadata: { name: x }\nspec: { endpoints: [] }\n",
    );
    await expect(startLab({ name, port: 0, topologies: [join(dir, "bad.yaml")] })).rejects.toThrow(/endpoints/);
    expect(tracesOf(name)).toEqual(NOTHING);
  });

  it("stops at once when it is called off in the middle of the start", async () => {
    const name = freshName();
    const controller = new AbortController();
    const say = (line: string) => line.startsWith("built") && controller.abort();
    await expect(startLab({ name, port: 0, signal: controller.signal, say })).rejects.toThrow("interrupted");
    expect(tracesOf(name)).toEqual(NOTHING);
  });

  it("comes back with its topology when its data folder was kept", async () => {
    const dir = mkdtempSync(join(tmpdir(), "ratchet-kernel-test-"));
    dirs.push(dir);
    const first = await open({ dataDir: dir, topologies: ["pair"] });
    await first.stop();
    expect(tracesOf(first.name)).toMatchObject({ namespaces: [], processes: [], isKnown: false });

    const second = await open({ dataDir: dir });
    expect(second.installationId).toBe(first.installationId);
    const { pods, links } = await second.api.topology();
    expect(pods.map((pod) => [pod.metadata.name, pod.status.phase])).toEqual([
      ["pair-pod", "Ready"],
      ["primary-pod", "Ready"],
    ]);
    expect(links.map((link) => link.status.phase)).toEqual(["Up"]);
  });
});

describe("a lab that ended without cleaning up", () => {
  async function killedLab(name: string): Promise<ProcessIdentity[]> {
    const child = openProcess("--topology", "pair", "--name", name, "--port", String(await freePort()));
    await child.printed("Ctrl+C removes everything");
    const record = readRun(name)!;
    child.child.kill("SIGKILL");
    await child.exit;
    expect(tracesOf(name).namespaces).toContain(labNames(name).node("left"));
    return record.processes;
  }

  it("takes its control plane along, and the next start removes the rest and works", async () => {
    const name = freshName();
    const processes = await killedLab(name);
    await until(5_000, "API or agents outlive their lab", async () => !processes.some(isAlive));
    const old = namespacesWith(labNames(name).prefix).map((namespace) => netnsPath(namespace));
    expect(old.length).toBeGreaterThanOrEqual(3);

    const lab = await open({ name });
    expect(lab.swept.map((swept) => swept.lab)).toContain(name);
    expect(await phaseOf(lab, "left")).toBe("Ready");
    expect((await lab.api.topology()).pods).toEqual([]);
    expect(existsSync(lab.podNetns("left", "primary-pod"))).toBe(false);
  });

  it("is removed by `down`, which leaves a living lab alone", async () => {
    const living = await open();
    const name = freshName();
    await killedLab(name);
    const down = openProcess("down");
    expect(await down.exit).toBe(0);
    expect(down.output).toContain(`removed what lab ${name} had left`);
    expect(tracesOf(name)).toEqual(NOTHING);
    expect(await phaseOf(living, "left")).toBe("Ready");
  });
});

describe("a lab in the foreground", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "removes everything at %s, also when it comes twice",
    async (signal) => {
      const name = freshName();
      const child = openProcess("--empty", "--name", name, "--port", String(await freePort()));
      await child.printed("Ctrl+C removes everything");
      child.child.kill(signal);
      await child.printed("removing everything");
      child.child.kill(signal);
      expect(await child.exit).toBe(0);
      expect(tracesOf(name)).toEqual(NOTHING);
    },
  );

  it("is ended from outside by `down --name`", async () => {
    const name = freshName();
    const child = openProcess("--empty", "--name", name, "--port", String(await freePort()));
    await child.printed("Ctrl+C removes everything");
    const down = openProcess("down", "--name", name);
    expect(await down.exit).toBe(0);
    expect(await child.exit).toBe(0);
    expect(tracesOf(name)).toEqual(NOTHING);
  });
});

describe("a lab without root", () => {
  it("proves the cloud router in a user namespace, unseen by the host", async () => {
    const name = freshName();
    const child = new LabProcess(["--check", "--name", name], { rootless: true });
    children.push(child);
    await child.printed("control plane at");
    expect(tracesOf(name)).toMatchObject({ namespaces: [], isKnown: false });
    expect(await child.exit, child.output).toBe(0);
    expect(child.output).toContain("proved 11 of 11");
    expect(tracesOf(name)).toEqual(NOTHING);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
