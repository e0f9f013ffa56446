import { randomBytes, randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NetlinkDecodeError } from "../netlink/decode-error.js";
import { readAck } from "../netlink/error.js";
import { type Message, readMessages } from "../netlink/message-reader.js";
import { readAddress } from "./address.js";
import { readEvents } from "./kernel-events.js";
import { readLink } from "./kernel-link.js";
import { readNeighbour } from "./neighbour.js";
import { readNetnsId } from "./netns-id.js";
import { readQdisc } from "./qdisc.js";
import { readRedirect } from "./redirect.js";
import { readRoute } from "./route.js";
import { CAPTURED } from "./testing/captured.js";

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
    for (const captured of Object.values(CAPTURED)) {
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

describe("what a kernel sent", () => {
  function decode<T>(bytes: Buffer, read: (message: Message) => T): T {
    const [message] = [...readMessages(bytes)];
    return read(message!);
  }

  test("is a veth half with alias, peer and the peer's namespace", () => {
    expect(decode(CAPTURED.veth, readLink)).toMatchObject({
      ifIndex: 1000,
      ifName: "p1",
      alias: "default/centosa:in1",
      kind: "veth",
      mtuBytes: 1450,
      mac: "02:00:00:00:00:01",
      isUp: true,
      hasCarrier: false,
      operState: "down",
      carrierChanges: 1,
      peerIndex: 2,
      linkNetnsId: 0,
      txQueueLength: 1000,
    });
  });

  test("is a tunnel with its ends and id", () => {
    expect(decode(CAPTURED.vxlan, readLink)).toMatchObject({
      kind: "vxlan",
      isUp: false,
      vxlan: { vni: 4711, local: "192.0.2.1", remote: "192.0.2.2", dstPort: 4789, isLearning: false, parentIndex: 0 },
    });
  });

  test("is an address, a route and a redirect with their marks", () => {
    expect(decode(CAPTURED.address, readAddress)).toMatchObject({
      ifIndex: 1000,
      address: "192.168.2.100/24",
      protocol: 77,
    });
    expect(decode(CAPTURED.route, readRoute)).toMatchObject({
      to: "10.0.0.0/8",
      ifIndex: 1000,
      protocol: 77,
      metric: 5,
      table: 254,
      scope: 253,
    });
    expect(decode(CAPTURED.filter, readRedirect)).toEqual({ from: 1000, to: 1001, hook: "ingress" });
  });

  test("is a refusal with the kernel's words", () => {
    expect(decode(CAPTURED.ack, readAck)).toEqual({ errno: 22, extAck: "mtu less than device minimum" });
  });
});
