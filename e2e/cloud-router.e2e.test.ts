import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startLab } from "@ratchet/lab";
import { Client, eventually, Sandbox } from "@ratchet/testkit";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const labProgram = fileURLToPath(new URL("../packages/lab/dist/main.js", import.meta.url));
const labelledPods = fileURLToPath(new URL("../examples/cloud-router/pods.yaml", import.meta.url));

describe("the cloud router", () => {
  it.each(["frr", "static"])("proves itself headless with %s routing", async (routing) => {
    const { stdout } = await run(process.execPath, [labProgram, "--check", "--routing", routing]);
    expect(stdout).toMatch(/proved (\d+) of \1 /);
    expect(stdout).toMatch(routing === "frr" ? /FRR with OSPF/ : /static routes/);
  });

  it("comes up from the prototype's labelled pods, and OSPF comes back after a router was killed", async () => {
    const lab = await startLab({
      name: `cr${process.pid}`,
      port: 0,
      topologies: [labelledPods],
      routing: "frr",
    });
    try {
      const client = new Client(lab.url);
      const centosa = new Sandbox((await client.pod("centosa")).status.netns ?? "");
      const answers = (withinMs: number) =>
        eventually(
          async () => expect(await centosa.ping("4.4.4.4", { count: 1 })).toEqual({ sent: 1, received: 1, ttl: 62 }),
          { withinMs, everyMs: 100 },
        );
      await answers(30_000);
      await client.act("quagga-b", "kill");
      await eventually(async () => expect((await client.pod("quagga-b")).status.phase).toBe("Gone"));
      expect((await centosa.ping("4.4.4.4", { count: 1 })).received).toBe(0);
      await client.act("quagga-b", "restart");
      await answers(30_000);
      const quaggaA = new Sandbox((await client.pod("quagga-a")).status.netns ?? "");
      expect((await quaggaA.routes()).filter((route) => route.includes("proto ospf")).length).toBeGreaterThan(0);
    } finally {
      await lab.stop();
    }
  });
});
