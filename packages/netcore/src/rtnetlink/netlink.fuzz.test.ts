import { assertSound, fuzzRuns, heapBytes, type Random } from "@ratchet/testkit";
import { expect, test } from "vitest";
import { NetlinkDecodeError } from "../netlink/decode-error.js";
import { readAck } from "../netlink/error.js";
import { type Message, readMessages } from "../netlink/message-reader.js";
import { MessageWriter } from "../netlink/message-writer.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { readAddress } from "./address.js";
import { readEvents } from "./kernel-events.js";
import { readLink } from "./kernel-link.js";
import { dumpCounters } from "./link-counters.js";
import { readNeighbour } from "./neighbour.js";
import { writeNetem } from "./netem.js";
import { readNetnsId } from "./netns-id.js";
import { readQdisc } from "./qdisc.js";
import { readRedirect } from "./redirect.js";
import { readRoute } from "./route.js";
import { shaperNews } from "./shaper.js";
import { writeTbf } from "./tbf.js";
import { CAPTURED } from "./testing/captured.js";
import { TCA_KIND, TCA_OPTIONS, writeTcmsg } from "./traffic-control.js";

const fuzz = fuzzRuns();
const HEADER_BYTES = 16;
const READERS: readonly ((message: Message) => unknown)[] = [
  ...[readLink, readAddress, readRoute, readNeighbour, readRedirect, readNetnsId, readAck],
  (message) => {
    const qdisc = readQdisc(message);
    return qdisc && [shaperNews(qdisc, false), shaperNews(qdisc, true)];
  },
];
/** Types that some reader looks into, and the length of the family header behind each. */
const TYPES: readonly (readonly [type: number, headerBytes: number])[] = [
  ...([16, 17].map((type) => [type, 16]) as [number, number][]),
  ...([20, 21].map((type) => [type, 8]) as [number, number][]),
  ...([24, 25, 28, 29].map((type) => [type, 12]) as [number, number][]),
  ...([36, 37, 44, 45].map((type) => [type, 20]) as [number, number][]),
  ...([88, 89].map((type) => [type, 4]) as [number, number][]),
  [92, 12],
  [2, 20],
];

/** Every decoder over one datagram; answers whether one of them understood something. */
function decodeAll(bytes: Buffer): boolean {
  let isUnderstood = false;
  const attempt = (decode: () => unknown) => {
    try {
      if (decode() !== undefined) isUnderstood = true;
    } catch (error) {
      if (!(error instanceof NetlinkDecodeError)) throw error;
    }
  };
  for (const reader of READERS)
    attempt(() => {
      let found: unknown;
      for (const message of readMessages(bytes)) found = reader(message) ?? found;
      return found;
    });
  // Stands for a kernel whose whole dump is this datagram.
  const socket = {
    dump: <T>({ read }: { read(message: Message): T | undefined }) =>
      [...readMessages(bytes)].flatMap((message) => {
        const item = read(message);
        return item === undefined ? [] : [item];
      }),
  };
  attempt(() => (dumpCounters(socket as unknown as NetlinkSocket).size > 0 ? true : undefined));
  // Nothing may be made of nothing: no message is shorter than its header.
  expect(readEvents(bytes).length).toBeLessThanOrEqual(bytes.length / HEADER_BYTES + 1);
  return isUnderstood;
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => (random.chance(0.3) ? 0 : random.int(256))));
}

/** Attributes of the kinds and lengths that decoders look for, within each other. */
function writeAttributes(random: Random, writer: MessageWriter, depth: number): void {
  for (let left = random.int(6); left > 0; left--) {
    const type = random.chance(0.9) ? random.between(1, 50) : random.int(0x4000);
    if (depth > 0 && random.chance(0.4)) {
      const nest = writer.beginNest(type);
      writeAttributes(random, writer, depth - 1);
      writer.endNest(nest);
    } else if (random.chance(0.2)) {
      writer.attrString(type, random.pick(["veth", "vxlan", "u32", "mirred", "netem", "tbf", "", "x".repeat(300)]));
    } else writer.attrBytes(type, noise(random, random.pick([0, 1, 2, 3, 4, 6, 8, 16, 24, 28, 36, 64, 200])));
  }
}

function made(random: Random): Buffer {
  const writer = new MessageWriter();
  for (let left = random.between(1, 3); left > 0; left--) {
    const [type, headerBytes] = random.pick(TYPES);
    writer.beginMessage(type, random.int(0x10000), random.int(10));
    for (const byte of noise(random, headerBytes)) writer.u8(byte);
    writeAttributes(random, writer, random.int(7));
    writer.endMessage();
  }
  return Buffer.from(writer.bytes());
}

const zero = { latencyNs: 5, jitterNs: 1, delayCorrelation: 0, limitFrames: 9, gap: 0, duplicate: 7, reorder: 0 };
const QDISCS = (["netem", "tbf"] as const).map((kind) => {
  const writer = new MessageWriter();
  writer.beginMessage(36, 0, 1);
  writeTcmsg(writer, { ifIndex: 3, handle: 0x00a1_0000, parent: 0xffff_ffff, info: 0 });
  writer.attrString(TCA_KIND, kind);
  const options = writer.beginNest(TCA_OPTIONS);
  const netem = { ...zero, reorderCorrelation: 0, corrupt: 3, loss: { p: 1, r: 2, h: 3, k1: 4 } };
  if (kind === "netem") writeNetem(writer, netem, new Int16Array(8));
  else writeTbf(writer, { bytesPerSecond: 2 ** 33, burstBytes: 1514, limitBytes: 1514 });
  writer.endNest(options);
  writer.endMessage();
  return Buffer.from(writer.bytes());
});
const REAL = [...Object.values(CAPTURED), ...QDISCS];

/** One to four changes: a byte, a length that lies, a piece cut out or doubled. */
function spoil(random: Random, bytes: Buffer): Buffer {
  let spoilt = Buffer.from(bytes);
  for (let left = random.between(1, 4); left > 0 && spoilt.length > 4; left--) {
    const at = random.int(spoilt.length - 3);
    switch (random.int(5)) {
      case 0:
        spoilt[at] = random.int(256);
        break;
      case 1:
        spoilt.writeUInt16LE(random.pick([0, 1, 3, 4, 5, 0xffff, spoilt.length, random.int(0x10000)]), at & ~3);
        break;
      case 2:
        spoilt.writeUInt32LE(random.pick([0, 15, 16, 17, 0x7fff_ffff, 0xffff_ffff, spoilt.length + 4]), 0);
        break;
      case 3:
        spoilt = Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(at + random.int(16))]);
        break;
      default:
        spoilt = Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(random.int(spoilt.length))]);
    }
  }
  return spoilt.subarray(0, 64 * 1024);
}

/** Attributes within attributes, as deep as 64 KiB allow. */
function deep(random: Random): Buffer {
  const [type, headerBytes] = random.pick(TYPES);
  const bytes = Buffer.alloc(HEADER_BYTES + headerBytes + 4 * random.between(1, 16_000));
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  if (headerBytes === 20) bytes.writeUInt32LE(0xffff_fff2, HEADER_BYTES + 12);
  const nestType = random.between(1, 20);
  for (let at = HEADER_BYTES + headerBytes; at + 4 <= bytes.length; at += 4) {
    bytes.writeUInt16LE(Math.min(bytes.length - at, 0xffff), at);
    bytes.writeUInt16LE(nestType, at + 2);
  }
  return bytes;
}

test("netlink: bytes of any length and nesting are decoded or refused, never worse", () => {
  const random = fuzz.random("netlink");
  const before = heapBytes();
  const seen = { understood: 0, refused: 0 };
  for (let run = 0; run < fuzz.runs; run++) {
    const kind = random.int(20);
    const bytes =
      kind === 0
        ? noise(random, random.int(400))
        : kind === 1
          ? deep(random)
          : kind < 9
            ? spoil(random, random.pick(REAL))
            : kind < 14
              ? spoil(random, made(random))
              : made(random);
    const what = `${fuzz.replay("netlink", run)}\n${bytes.toString("hex", 0, 2000)}`;
    try {
      seen[decodeAll(bytes) ? "understood" : "refused"]++;
    } catch (error) {
      throw new Error(what, { cause: error });
    }
    assertSound(what);
  }
  expect(Math.min(seen.understood, seen.refused)).toBeGreaterThan(fuzz.runs / 20);
  expect(heapBytes() - before).toBeLessThan(256 * 2 ** 20);
});
