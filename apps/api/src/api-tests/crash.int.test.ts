import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
let data: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  if (!existsSync(MAIN)) throw new Error("apps/api is not built: run pnpm --filter @ratchet/api build");
  data = await mkdtemp(join(tmpdir(), "ratchet-api-crash-"));
});
afterEach(async () => {
  await end("SIGKILL");
  await rm(data, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const started = spawn(process.execPath, [MAIN, "--listen", "127.0.0.1:0", "--data", data, "--log-level", "silent"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) return JSON.parse(line).url;
  throw new Error("the API ended before it was ready");
}

async function end(signal: NodeJS.Signals): Promise<number | null> {
  const ending = child;
  child = undefined;
  if (ending === undefined || ending.exitCode !== null) return null;
  const ended = new Promise<number | null>((resolve) => ending.once("exit", resolve));
  ending.kill(signal);
  return ended;
}

test("kill -9 amid a storm of 50 links loses no accepted one, and the history has each once", async () => {
  const url = await start();
  const path = "/api/v1/namespaces/default/links";
  const accepted: string[] = [];
  const asked = Array.from({ length: 50 }, async (_, index) => {
    const ends = ["a", "b"].map((pod) => ({
      pod,
      interface: `e${index}`,
      addresses: [`10.${pod === "a" ? 1 : 2}.${index}.1/24`],
    }));
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ metadata: { name: `l${index}` }, spec: { endpoints: ends } }),
    }).catch(() => undefined);
    if (response?.status !== 201) return;
    accepted.push(`l${index}`);
    if (accepted.length === 15) void end("SIGKILL");
  });
  await Promise.all(asked);
  expect(accepted.length).toBeGreaterThanOrEqual(15);

  const again = await start();
  const read = async (what: string) =>
    (await fetch(`${again}${what}`)).json() as Promise<{ items: { name: string; metadata: { name: string } }[] }>;
  const present = (await read(path)).items.map(({ metadata }) => metadata.name);
  expect(present).toEqual(expect.arrayContaining(accepted));
  const recorded = (await read("/api/v1/changes?limit=1000")).items.map(({ name }) => name);
  expect(recorded.sort()).toEqual([...present].sort());
  expect(await end("SIGTERM")).toBe(0);
});

test("refuses to listen wider, and reports every wrong flag by name and not by value", async () => {
  const program = spawn(process.execPath, [MAIN, "--listen", "0.0.0.0:8080", "--log-level", "chatty"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  program.stderr.on("data", (chunk) => {
    text += chunk;
  });
  expect(await new Promise((resolve) => program.once("close", resolve))).toBe(2);
  for (const flag of ["--listen", "--data", "--log-level"]) expect(text).toContain(flag);
  expect(text).not.toContain("chatty");
  expect(text).toContain("loopback");
});
