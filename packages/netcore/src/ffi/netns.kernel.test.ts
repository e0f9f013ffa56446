import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { createNamedNetns, deleteNamedNetns, namedNetnsExists, namedNetnsPath } from "./named-netns.js";
import { isSameNetns, netnsIdentity, OWN_NETNS, withNetns } from "./netns.js";
import { isSystemError, type SystemError } from "./system-error.js";
import { useFreshNetns } from "./testing/fresh-netns.js";

const fresh = useFreshNetns();
const own = () => readlinkSync(OWN_NETNS);

function errorOf(fn: () => unknown): SystemError | undefined {
  try {
    fn();
  } catch (error) {
    return error as SystemError;
  }
  return undefined;
}

test("withNetns is inside during the call and back after it, also when it throws", () => {
  const { path } = fresh();
  const before = own();
  const inside = withNetns(path, own);
  expect(inside).not.toBe(before);
  expect(
    isSameNetns(
      withNetns(path, () => netnsIdentity(OWN_NETNS)),
      netnsIdentity(path),
    ),
  ).toBe(true);
  expect(() =>
    withNetns(path, () => {
      throw new Error("within");
    }),
  ).toThrow("within");
  expect(own()).toBe(before);
});

test("withNetns says which namespace is missing, and what is none", () => {
  expect(
    isSystemError(
      errorOf(() => withNetns("/run/netns/rt-no-such", () => 1)),
      "ENOENT",
    ),
  ).toBe(true);
  expect(
    isSystemError(
      errorOf(() => withNetns("/etc/hostname", () => 1)),
      "EINVAL",
    ),
  ).toBe(true);
});

test("a named namespace is one of ip netns, and its name is taken", () => {
  const { name, path } = fresh();
  expect(execFileSync("ip", ["netns", "list"], { encoding: "utf8" })).toContain(name);
  expect(
    isSystemError(
      errorOf(() => createNamedNetns(name)),
      "EEXIST",
    ),
  ).toBe(true);
  expect(namedNetnsPath(name)).toBe(path);
  expect(() => createNamedNetns("../x")).toThrow(TypeError);
});

test("deleting a namespace succeeds again when it is gone, and when only its file is left", () => {
  const { name, path } = fresh();
  deleteNamedNetns(name);
  deleteNamedNetns(name);
  expect(namedNetnsExists(name)).toBe(false);
  execFileSync("touch", [path]);
  deleteNamedNetns(name);
  expect(existsSync(path)).toBe(false);
});

test("a namespace ends although a process in another mount namespace saw its name", async () => {
  const { name, path } = fresh();
  const other = spawn("unshare", ["-m", "--propagation", "slave", "sh", "-c", "echo ready; exec sleep 60"]);
  try {
    await once(other.stdout, "data");
    withNetns(path, () => execFileSync("ip", ["link", "add", "x0", "type", "veth", "peer", "name", "x1"]));
    deleteNamedNetns(name);
    const mounts = `/proc/${other.pid}/mounts`;
    await vi.waitFor(() => expect(execFileSync("cat", [mounts], { encoding: "utf8" })).not.toContain(path));
  } finally {
    other.kill("SIGKILL");
    await once(other, "exit");
  }
});

test("identities tell namespaces apart and know the same one again", () => {
  const a = fresh();
  const b = fresh();
  expect(isSameNetns(netnsIdentity(a.path), netnsIdentity(a.path))).toBe(true);
  expect(isSameNetns(netnsIdentity(a.path), netnsIdentity(b.path))).toBe(false);
  expect(netnsIdentity("/run/netns/rt-no-such")).toBeUndefined();
  expect(isSameNetns(undefined, undefined)).toBe(false);
});

test("entering from a worker thread leaves the main thread where it is", async () => {
  const { path } = fresh();
  const before = own();
  const code = `
    const koffi = require("koffi");
    const { openSync, readlinkSync } = require("node:fs");
    const { parentPort, workerData } = require("node:worker_threads");
    koffi.load("libc.so.6").func("int setns(int fd, int type)")(openSync(workerData), 0);
    parentPort.postMessage(readlinkSync("/proc/thread-self/ns/net"));`;
  const worker = new Worker(code, { eval: true, workerData: path });
  const [inside] = await once(worker, "message");
  expect(inside).not.toBe(before);
  expect(own()).toBe(before);
  await worker.terminate();
});
