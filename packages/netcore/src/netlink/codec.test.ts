import { randomBytes, randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AttributeReader } from "./attribute-reader.js";
import { NetlinkDecodeError } from "./decode-error.js";
import { type Message, readMessages } from "./message-reader.js";
import { MessageWriter } from "./message-writer.js";

interface Node {
  type: number;
  value: Uint8Array | Node[];
}

function randomTree(depth: number): Node[] {
  return Array.from({ length: randomInt(0, 6) }, () => ({
    type: randomInt(1, 60),
    value: depth > 0 && randomInt(3) === 0 ? randomTree(depth - 1) : Uint8Array.from(randomBytes(randomInt(0, 40))),
  }));
}

function write(writer: MessageWriter, nodes: Node[]): void {
  for (const { type, value } of nodes) {
    if (!Array.isArray(value)) writer.attrBytes(type, value);
    else {
      const nest = writer.beginNest(type);
      write(writer, value);
      writer.endNest(nest);
    }
  }
}

function read(reader: AttributeReader, like: Node[]): Node[] {
  const nodes: Node[] = [];
  while (reader.next()) {
    const expected = like[nodes.length];
    const isNest = Array.isArray(expected?.value);
    const value = isNest ? read(reader.nested(), expected.value as Node[]) : Uint8Array.from(reader.bytes());
    nodes.push({ type: reader.type, value });
  }
  return nodes;
}

describe("messages and attributes", () => {
  test("any tree of attributes reads back as it was written", () => {
    for (let round = 0; round < 300; round++) {
      const writer = new MessageWriter(64);
      const trees = Array.from({ length: randomInt(1, 4) }, () => randomTree(4));
      trees.forEach((tree, i) => {
        writer.beginMessage(16, 0x605, i + 1);
        writer.zero(16);
        write(writer, tree);
        writer.endMessage();
      });
      const messages = [...readMessages(Buffer.from(writer.bytes()))];
      expect(messages.map(({ type, flags, sequence }) => [type, flags, sequence])).toEqual(
        trees.map((_, i) => [16, 0x605, i + 1]),
      );
      expect(messages.map((message, i) => read(message.attributes(16), trees[i]!))).toEqual(trees);
    }
  });

  test("scalars keep their byte order and sign", () => {
    const writer = new MessageWriter();
    writer.beginMessage(1, 0, 1);
    writer.attrU8(1, 0xfe);
    writer.attrU16(2, 0x0102);
    writer.attrU16be(3, 4789);
    writer.attrU32(4, 0xffff_fff1);
    writer.attrS32(5, -1);
    writer.attrU64(6, 2n ** 40n);
    writer.attrString(7, "ünï");
    writer.attrFlag(8);
    writer.endMessage();
    const [message] = [...readMessages(writer.bytes())];
    const attr = message!.attributes(0);
    const next = <T>(value: () => T): T => {
      expect(attr.next()).toBe(true);
      return value();
    };
    expect(next(() => attr.u8())).toBe(0xfe);
    expect(next(() => attr.u16())).toBe(0x0102);
    expect(next(() => attr.u16be())).toBe(4789);
    expect(next(() => attr.u32())).toBe(0xffff_fff1);
    expect(next(() => attr.s32())).toBe(-1);
    expect(next(() => attr.u64())).toBe(2 ** 40);
    expect(next(() => attr.string())).toBe("ünï");
    expect(next(() => attr.size)).toBe(0);
    expect(attr.next()).toBe(false);
  });

  test("every kind of write survives the buffer growing under it", () => {
    const writes: ((writer: MessageWriter) => void)[] = [
      (writer) => writer.u8(1),
      (writer) => writer.u16(1),
      (writer) => writer.u32(1),
      (writer) => writer.zero(4),
      (writer) => writer.attrFlag(1),
      (writer) => writer.attrU8(1, 1),
      (writer) => writer.attrU16(1, 1),
      (writer) => writer.attrU16be(1, 1),
      (writer) => writer.attrU32(1, 1),
      (writer) => writer.attrS32(1, -1),
      (writer) => writer.attrU64(1, 1n),
      (writer) => writer.attrString(1, "x"),
      (writer) => writer.attrBytes(1, new Uint8Array([1])),
      (writer) => writer.endNest(writer.beginNest(1)),
      (writer) => writer.beginMessage(1, 0, 1),
    ];
    for (const write of writes) {
      const roomy = new MessageWriter(8192);
      const tight = new MessageWriter(64);
      for (const writer of [roomy, tight]) for (let i = 0; i < 100; i++) write(writer);
      expect(tight.bytes().equals(roomy.bytes())).toBe(true);
    }
  });

  test("an attribute too long for its length field is refused instead of wrapped", () => {
    const writer = new MessageWriter();
    expect(() => writer.attrBytes(1, new Uint8Array(65_532))).toThrow(RangeError);
    writer.reset();
    const nest = writer.beginNest(1);
    writer.attrBytes(1, new Uint8Array(40_000));
    writer.attrBytes(1, new Uint8Array(40_000));
    expect(() => writer.endNest(nest)).toThrow(RangeError);
  });
});

describe("bytes that lie", () => {
  test("an attribute of length zero does not loop", () => {
    const reader = new AttributeReader(Buffer.alloc(64), 0, 64);
    expect(() => reader.next()).toThrow(NetlinkDecodeError);
  });

  test("reading past an attribute's own end is refused although the buffer goes on", () => {
    const writer = new MessageWriter();
    writer.beginMessage(16, 0, 1);
    writer.attrU8(1, 7);
    writer.attrU32(2, 1);
    writer.endMessage();
    const [message] = [...readMessages(writer.bytes())];
    const attr = (message as Message).attributes(0);
    attr.next();
    expect(() => attr.u32()).toThrow(NetlinkDecodeError);
  });
});
