import { execFile } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { libc } from "../../ffi/libc.js";
import { closeNetns, openNetns } from "../../ffi/netns.js";
import { openTap, setTapOffload, VNET_HEADER_BYTES } from "../../ffi/tap.js";
import { type FreshNetns, useFreshNetns } from "../../ffi/testing/fresh-netns.js";
import { NetlinkSocket } from "../../netlink/socket.js";
import { dumpLinks, setLink } from "../../rtnetlink/link.js";
import { addClsact } from "../../rtnetlink/qdisc.js";
import { setRedirect } from "../../rtnetlink/redirect.js";
import { newVeth } from "../../rtnetlink/veth.js";
import { Line } from "./line.js";
import { type RelayDirection, RelayLoop } from "./relay-loop.js";

const fresh = useFreshNetns();
const taps: number[] = [];
afterEach(() => {
  for (const fd of taps.splice(0)) libc.close(fd);
});

/** Two pods, each direction between their ports led through a TAP device. */
function relayedWire(toA: Line, toB: Line): { a: FreshNetns; b: FreshNetns; relay: RelayLoop } {
  const panel = fresh("panel");
  const pods = [fresh("a"), fresh("b")] as const;
  const fds = ["tapa", "tapb"].map((name) => openTap(panel.path, name));
  taps.push(...fds);
  NetlinkSocket.use(panel.path, (socket) => {
    pods.forEach((pod, i) => {
      const netnsFd = openNetns(pod.path);
      socket.request(newVeth({ ifName: `v${i}`, isUp: true }, { ifName: "e0", netnsFd }));
      closeNetns(netnsFd);
      pod.run("ip", "addr", "add", `192.0.2.${i + 1}/24`, "dev", "e0");
      pod.run("ip", "link", "set", "e0", "up");
    });
    for (const ifName of ["tapa", "tapb"]) socket.request(setLink({ ifName }, { isUp: true }));
    const links = dumpLinks(socket);
    const index = (name: string) => links.find(({ ifName }) => ifName === name)?.ifIndex ?? 0;
    for (const [from, to] of [
      ["v0", "tapb"],
      ["tapb", "v1"],
      ["v1", "tapa"],
      ["tapa", "v0"],
    ] as const) {
      socket.request(addClsact(index(from)));
      socket.request(setRedirect({ from: index(from), to: index(to) }));
    }
  });
  const [tapA = -1, tapB = -1] = fds;
  const unexpected = ({ tap }: RelayDirection) => {
    throw new Error(`${tap} is gone`);
  };
  const relay = new RelayLoop({ lost: unexpected, drained: unexpected });
  relay.add({ tap: "tapa", fd: tapA, line: toA, isEnding: false });
  relay.add({ tap: "tapb", fd: tapB, line: toB, isEnding: false });
  return { a: pods[0], b: pods[1], relay };
}

/** Runs a program in a pod while the relay turns; its output, also when it fails. */
async function meanwhile(relay: RelayLoop, pod: FreshNetns, ...argv: string[]): Promise<string> {
  let output: string | undefined;
  const run = promisify(execFile)("nsenter", [`--net=${pod.path}`, ...argv]);
  void run.then(
    ({ stdout }) => (output = stdout),
    (error: { stdout?: string }) => (output = error.stdout ?? ""),
  );
  while (output === undefined) {
    relay.turn(2);
    await setImmediate();
  }
  return output;
}

const timesOf = (ping: string) => [...ping.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1]));

test("delays each direction by itself: 20 ms there and 80 back are 100 round trip, never less", async () => {
  const { a, relay } = relayedWire(new Line({ delayMs: 80 }), new Line({ delayMs: 20 }));
  const times = timesOf(await meanwhile(relay, a, "ping", "-c5", "-i0.2", "-W2", "192.0.2.2"));
  expect(times).toHaveLength(5);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(100);
});

test("takes a new delay without losing a frame, and is a black hole when asked", async () => {
  const toB = new Line(null);
  const { a, relay } = relayedWire(new Line(null), toB);
  expect(timesOf(await meanwhile(relay, a, "ping", "-c2", "-i0.2", "-W2", "192.0.2.2"))).toHaveLength(2);
  setTimeout(() => toB.set({ delayMs: 50 }), 300);
  const times = timesOf(await meanwhile(relay, a, "ping", "-c10", "-i0.1", "-W2", "192.0.2.2"));
  expect(times).toHaveLength(10);
  expect(times.at(-1)).toBeGreaterThanOrEqual(50);
  toB.set({ blackhole: true });
  expect(timesOf(await meanwhile(relay, a, "ping", "-c3", "-i0.1", "-W1", "192.0.2.2"))).toEqual([]);
});

test("waits, and takes no processor, while a line that ends still holds frames", () => {
  const toB = new Line({ delayMs: 2_000 });
  const { relay } = relayedWire(new Line(null), toB);
  toB.put(new Uint8Array(VNET_HEADER_BYTES + 60), performance.now());
  const direction = relay.find("tapb");
  if (direction !== undefined) direction.isEnding = true;
  let turns = 0;
  for (const until = performance.now() + 500; performance.now() < until; turns++) relay.turn(600);
  // Only what the kernel says of its own accord (neighbour discovery) may wake it.
  expect(turns).toBeLessThan(50);
});

test("carries a TCP stream whole, in segments larger than the MTU", async () => {
  const toB = new Line({ delayMs: 5 });
  let largest = 0;
  const put = toB.put.bind(toB);
  toB.put = (frame, nowMs) => {
    largest = Math.max(largest, frame.length);
    put(frame, nowMs);
  };
  const { a, b, relay } = relayedWire(new Line({ delayMs: 5 }), toB);
  const bytes = 8 * 1024 * 1024;
  const listener = meanwhile(relay, b, process.execPath, "-e", RECEIVE);
  const sender = meanwhile(relay, a, process.execPath, "-e", SEND, String(bytes));
  const [received, sent] = await Promise.all([listener, sender]);
  expect(received).toBe(sent);
  expect(received).toMatch(new RegExp(`^${bytes} [0-9a-f]{64}$`));
  expect(largest).toBeGreaterThan(3_000);
});

test("loses frames of a stream and not its segments: offloads off, the kernel cuts before", async () => {
  const toB = new Line({ lossPercent: 1 }, 1500);
  let largest = 0;
  const put = toB.put.bind(toB);
  toB.put = (frame, nowMs) => {
    largest = Math.max(largest, frame.length);
    put(frame, nowMs);
  };
  const { a, b, relay } = relayedWire(new Line(null), toB);
  setTapOffload(taps[1] ?? -1, "tapb", false);
  const bytes = 2 * 1024 * 1024;
  const [received, sent] = await Promise.all([
    meanwhile(relay, b, process.execPath, "-e", RECEIVE),
    meanwhile(relay, a, process.execPath, "-e", SEND, String(bytes)),
  ]);
  expect(received).toBe(sent);
  expect(received).toMatch(new RegExp(`^${bytes} [0-9a-f]{64}$`));
  expect(largest).toBe(VNET_HEADER_BYTES + 14 + 1500);
  // Some 1,450 frames with data, and what was sent again: none lost would be one chance in two million.
  expect(toB.counts.lost).toBeGreaterThan(0);
});

test("cuts the segments of a stream itself where frames of them are lost, doubled and overtaken: every byte comes", async () => {
  const toB = new Line({ lossPercent: 1, duplicatePercent: 2, rateKbit: 400_000 }, 1500);
  const toA = new Line({ delayMs: 1, reorderPercent: 10 }, 1500);
  let largest = 0;
  let pieces = 0;
  const put = toB.put.bind(toB);
  toB.put = (frame, nowMs) => {
    largest = Math.max(largest, frame.length);
    put(frame, nowMs);
  };
  const take = toB.take.bind(toB);
  toB.take = (nowMs) => {
    const frame = take(nowMs);
    if (frame !== undefined) pieces++;
    return frame;
  };
  const { a, b, relay } = relayedWire(toA, toB);
  const bytes = 8 * 1024 * 1024;
  const [received, sent] = await Promise.all([
    meanwhile(relay, b, process.execPath, "-e", RECEIVE),
    meanwhile(relay, a, process.execPath, "-e", SEND, String(bytes)),
  ]);
  expect(received).toBe(sent);
  expect(received).toMatch(new RegExp(`^${bytes} [0-9a-f]{64}$`));
  expect(largest).toBeGreaterThan(3_000);
  expect(pieces).toBeGreaterThan(100);
  // Some 5,800 frames: none lost, or none doubled, would be a wonder.
  expect(toB.counts.lost).toBeGreaterThan(0);
  expect(toB.counts.duplicated).toBeGreaterThan(0);
});

/** Prints the number of bytes that came and their SHA-256. */
const RECEIVE = `
  const hash = require("node:crypto").createHash("sha256");
  let bytes = 0;
  const server = require("node:net").createServer((socket) => {
    socket.on("data", (data) => { bytes += data.length; hash.update(data); });
    socket.on("end", () => { process.stdout.write(bytes + " " + hash.digest("hex")); server.close(); });
  }).listen(5001, "192.0.2.2");
  setTimeout(() => process.exit(1), 20_000).unref();
`;

/** Sends random bytes as soon as somebody listens; prints the same of them. */
const SEND = `
  const crypto = require("node:crypto");
  const data = crypto.randomBytes(Number(process.argv[1]));
  const dial = () => {
    const socket = require("node:net").connect(5001, "192.0.2.2", () => socket.end(data));
    socket.on("error", () => setTimeout(dial, 50));
    socket.on("close", (failed) => {
      if (!failed) process.stdout.write(data.length + " " + crypto.createHash("sha256").update(data).digest("hex"));
    });
  };
  dial();
  setTimeout(() => process.exit(1), 20_000).unref();
`;
