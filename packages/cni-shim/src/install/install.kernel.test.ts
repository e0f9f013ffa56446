import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CompiledShim } from "../testing/compiled-shim.js";

let shim: CompiledShim;
beforeAll(() => {
  shim = new CompiledShim();
});
afterAll(() => shim.remove());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-install-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = { name: "net", type: "ratchet", cniVersion: "1.0.0", delegate: { type: "ptp" } };
const at = (...path: string[]) => join(folder, ...path);

/** `ratchet VERB` as a person types it, into folders of the test. */
async function ratchet(program: string, verb: string, config?: object, confName = "10-ratchet.conf") {
  const argv = [verb, "--bin-dir", at("bin"), "--conf-dir", at("net.d"), "--conf-name", confName];
  if (config !== undefined) {
    writeFileSync(at("wanted"), JSON.stringify(config));
    argv.push("--conf", at("wanted"));
  }
  const child = spawn(program, argv, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const [exitCode] = await once(child, "close");
  return { exitCode, stderr };
}

const names = (...path: string[]) => (existsSync(at(...path)) ? readdirSync(at(...path)).sort() : []);

test("installs a plugin that runs, over one in use too, and takes both files back", async () => {
  expect(await ratchet(shim.path, "install", CONFIG)).toEqual({ exitCode: 0, stderr: "" });
  expect(names("bin")).toEqual(["ratchet"]);
  expect(names("net.d")).toEqual(["10-ratchet.conf"]);
  expect(JSON.parse(readFileSync(at("net.d", "10-ratchet.conf"), "utf8"))).toEqual(CONFIG);

  // It waits for its stdin: in use.
  const inUse = spawn(at("bin", "ratchet"), [], { env: { CNI_COMMAND: "VERSION" } });
  let stdout = "";
  inUse.stdout.on("data", (chunk) => (stdout += chunk));
  await once(inUse, "spawn");
  expect((await ratchet(shim.path, "install", { ...CONFIG, name: "other" })).exitCode).toBe(0);
  inUse.stdin.end("{}");
  const [exitCode] = await once(inUse, "close");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toHaveProperty("supportedVersions");
  expect(JSON.parse(readFileSync(at("net.d", "10-ratchet.conf"), "utf8")).name).toBe("other");

  expect((await ratchet(at("bin", "ratchet"), "uninstall")).exitCode).toBe(0);
  expect([...names("bin"), ...names("net.d")]).toEqual([]);
  expect((await ratchet(shim.path, "uninstall")).exitCode).toBe(0);
});

test("gives another plugin's configuration of the same name back", async () => {
  const list = { name: "net", cniVersion: "1.0.0", plugins: [{ type: "ptp" }] };
  mkdirSync(at("net.d"));
  writeFileSync(at("net.d", "10-net.conflist"), JSON.stringify(list));
  const chained = { ...list, plugins: [...list.plugins, { type: "ratchet" }] };
  for (let times = 0; times < 2; times++) {
    expect((await ratchet(shim.path, "install", chained, "10-net.conflist")).exitCode).toBe(0);
  }
  expect(names("net.d")).toEqual(["10-net.conflist", "10-net.conflist.before-ratchet"]);
  expect((await ratchet(shim.path, "uninstall", undefined, "10-net.conflist")).exitCode).toBe(0);
  expect(names("net.d")).toEqual(["10-net.conflist"]);
  expect(JSON.parse(readFileSync(at("net.d", "10-net.conflist"), "utf8"))).toEqual(list);
});

test.each([
  ["a configuration of another plugin", { ...CONFIG, type: "ptp" }, "10-ratchet.conf", "ratchet"],
  ["a wrong key", { ...CONFIG, state_dir: "x" }, "10-ratchet.conf", "state_dir"],
  ["a name the runtime does not read", CONFIG, "ratchet.txt", "ratchet.txt"],
  ["a list in a .conf", { name: "net", plugins: [CONFIG] }, "10-ratchet.conf", "conflist"],
])("refuses %s and changes nothing", async (_, config, confName, said) => {
  const { exitCode, stderr } = await ratchet(shim.path, "install", config, confName);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(said);
  expect([...names("bin"), ...names("net.d")]).toEqual([]);
});

test("uninstall leaves a configuration that somebody else put there", async () => {
  mkdirSync(at("net.d"));
  writeFileSync(at("net.d", "10-ratchet.conf"), '{"type":"ptp"}');
  expect(await ratchet(shim.path, "uninstall")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("not a"),
  });
  expect(names("net.d")).toEqual(["10-ratchet.conf"]);
});

test("wrong usage is exit status 2 with the usage", async () => {
  expect(await ratchet(shim.path, "instal")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--conf-dir"),
  });
  expect(await ratchet(shim.path, "install")).toMatchObject({ exitCode: 2 });
});
