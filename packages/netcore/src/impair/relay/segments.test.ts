import { describe, expect, it } from "vitest";
import { VNET_HEADER_BYTES } from "../../ffi/tap.js";
import { Line } from "./line.js";
import { carriesSegments, cutSegment, pieceBytes, segmentOf } from "./segments.js";

const SIZE = 100;
const SEQUENCE = 0xffff_ff00;

/** A TCP segment as a TAP device hands it over: data counted up, the checksum field the pseudo header's sum. */
function tcpSegment(dataBytes: number, version: 4 | 6 = 4): Uint8Array {
  const ipBytes = version === 4 ? 20 : 40;
  const ip = VNET_HEADER_BYTES + 14;
  const tcp = ip + ipBytes;
  const frame = Buffer.alloc(tcp + 32 + dataBytes);
  frame.writeUInt8(1, 0);
  frame.writeUInt8(version === 4 ? 1 : 4, 1);
  frame.writeUInt16LE(SIZE, 4);
  frame.writeUInt16LE(tcp - VNET_HEADER_BYTES, 6);
  frame.writeUInt16LE(16, 8);
  frame.writeUInt16BE(version === 4 ? 0x0800 : 0x86dd, ip - 2);
  if (version === 4) {
    frame.writeUInt8(0x45, ip);
    frame.writeUInt16BE(20 + 32 + dataBytes, ip + 2);
    frame.writeUInt16BE(7, ip + 4);
    frame.writeUInt8(6, ip + 9);
    frame.write("\x0a\0\0\x01\x0a\0\0\x02", ip + 12, "latin1");
    frame.writeUInt16BE(~sumOf(frame.subarray(ip, ip + 20)) & 0xffff, ip + 10);
  } else {
    frame.writeUInt8(0x60, ip);
    frame.writeUInt16BE(32 + dataBytes, ip + 4);
    frame.writeUInt8(6, ip + 6);
    frame.fill(0xfd, ip + 8, ip + 40);
  }
  frame.writeUInt32BE(SEQUENCE, tcp + 4);
  frame.writeUInt8(8 << 4, tcp + 12);
  // CWR, ACK, PSH, FIN
  frame.writeUInt8(0x99, tcp + 13);
  frame.writeUInt16BE(pseudoSum(frame, version), tcp + 16);
  for (let n = 0; n < dataBytes; n++) frame[tcp + 32 + n] = n & 0xff;
  return new Uint8Array(frame);
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Of what follows the IP header, as RFC 9293 has it. */
function pseudoSum(frame: Uint8Array, version: 4 | 6): number {
  const ip = VNET_HEADER_BYTES + 14;
  const [begin, end] = version === 4 ? [12, 20] : [8, 40];
  const length = frame.length - ip - end;
  return sumOf(Uint8Array.from([...frame.subarray(ip + begin, ip + end), 0, 6, length >>> 8, length & 0xff]));
}

function read(frame: Uint8Array, version: 4 | 6 = 4) {
  const buffer = Buffer.from(frame);
  const ip = VNET_HEADER_BYTES + 14;
  const tcp = ip + (version === 4 ? 20 : 40);
  return {
    gso: buffer.readUInt8(1),
    length: version === 4 ? buffer.readUInt16BE(ip + 2) : buffer.readUInt16BE(ip + 4) + 40,
    id: buffer.readUInt16BE(ip + 4),
    ipSum: sumOf(frame.subarray(ip, ip + 20)),
    sequence: buffer.readUInt32BE(tcp + 4),
    flags: buffer.readUInt8(tcp + 13),
    sum: buffer.readUInt16BE(tcp + 16),
    data: [...buffer.subarray(tcp + 32)],
    bytes: frame.length - ip,
  };
}

const drain = (line: Line, atMs = Number.MAX_SAFE_INTEGER) => {
  const out: Uint8Array[] = [];
  for (let next = line.take(atMs); next !== undefined; next = line.take(atMs)) out.push(next.slice());
  return out;
};

describe("a segment", () => {
  it("is as many frames as its data need, and one frame is none", () => {
    expect(segmentOf(tcpSegment(450))).toEqual({ frames: 5, sizeBytes: SIZE, headerBytes: 66 });
    expect(segmentOf(tcpSegment(450, 6))).toEqual({ frames: 5, sizeBytes: SIZE, headerBytes: 86 });
    expect(segmentOf(tcpSegment(100))).toBeUndefined();
    const plain = tcpSegment(450);
    plain[1] = 0;
    expect(segmentOf(plain)).toBeUndefined();
  });

  it.each([4, 6] as const)("is cut into frames whose headers are right (IPv%d)", (version) => {
    const whole = tcpSegment(450, version);
    const segment = segmentOf(whole)!;
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 5],
      [4, 5],
    ] as const) {
      const piece = new Uint8Array(pieceBytes(whole, segment, from, to));
      cutSegment(whole, segment, from, to, piece);
      const has = read(piece, version);
      expect(has.data).toEqual(read(whole, version).data.slice(from * SIZE, to * SIZE));
      expect(has.length).toBe(has.bytes);
      expect(has.sequence).toBe((SEQUENCE + from * SIZE) % 2 ** 32);
      expect(has.flags).toBe(0x10 | (from === 0 ? 0x80 : 0) | (to === 5 ? 0x09 : 0));
      expect(has.sum % 0xffff).toBe(pseudoSum(piece, version) % 0xffff);
      expect(has.gso === 0).toBe(to - from === 1);
      if (version === 4) expect([has.ipSum, has.id]).toEqual([0xffff, 7 + from]);
    }
  });

  it("crosses whole a line that only delays", () => {
    const line = new Line({ delayMs: 5 });
    const whole = tcpSegment(450);
    line.put(whole.slice(), 0);
    expect(line.length).toBe(5);
    expect(drain(line)).toEqual([whole]);
    expect(line.length).toBe(0);
  });

  it("loses frames and not itself: what is left has every other byte", () => {
    const line = new Line({ lossPercent: 30, delayMs: 1 });
    for (let n = 0; n < 400; n++) {
      const before = line.counts.lost;
      line.put(tcpSegment(450), n);
      const pieces = drain(line, n + 1);
      const came = pieces.flatMap((piece) => {
        const { sequence, data } = read(piece);
        const first = (sequence - SEQUENCE + 2 ** 32) % 2 ** 32;
        expect(data).toEqual(data.map((_, at) => (first + at) & 0xff));
        return data;
      });
      const lost = line.counts.lost - before;
      expect(came.length).toBeGreaterThanOrEqual(450 - lost * SIZE);
      expect(came.length).toBeLessThanOrEqual(Math.max(0, 500 - lost * SIZE));
    }
    // 2,000 frames: five standard deviations.
    expect(Math.abs(line.counts.lost - 600)).toBeLessThan(5 * Math.sqrt(2_000 * 0.3 * 0.7));
  });

  it("comes twice frame by frame", () => {
    const line = new Line({ duplicatePercent: 100 });
    line.put(tcpSegment(250), 0);
    expect(drain(line).flatMap((piece) => read(piece).data).length).toBe(500);
    expect(line.counts.duplicated).toBe(3);
  });

  it("takes the time of all its frames under a rate, a millisecond's worth at once", () => {
    const rateKbit = 4_000;
    const line = new Line({ rateKbit, burstBytes: 1 });
    for (let n = 0; n < 10; n++) line.put(tcpSegment(400), 0);
    const leftAt: number[] = [];
    for (let due = line.nextDueMs; due !== undefined; due = line.nextDueMs) {
      const taken = line.take(due)!;
      leftAt.push(due);
      expect(segmentOf(taken)?.frames ?? 1).toBeLessThanOrEqual(3);
    }
    // 40 frames of 166 bytes on the wire, less the burst of one byte.
    expect(leftAt.at(-1)).toBeCloseTo((40 * 166 * 8 - 8) / rateKbit, 6);
  });

  it("fills a queue frame by frame, and what does not fit is dropped", () => {
    const line = new Line({ delayMs: 5, queueFrames: 7 });
    line.put(tcpSegment(450), 0);
    line.put(tcpSegment(450), 0);
    expect([line.length, line.counts.overflowed]).toEqual([7, 3]);
    expect(drain(line).map((piece) => read(piece).data.length)).toEqual([450, 200]);
  });

  it("is scattered where frames overtake", () => {
    const line = new Line({ delayMs: 50, jitterMs: 20 });
    line.put(tcpSegment(2_000), 0);
    const pieces = drain(line).map((piece) => read(piece));
    expect(pieces.map(({ gso }) => gso)).toEqual(Array(20).fill(0));
    const order = pieces.map(({ sequence }) => sequence);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  it("does not come where the kernel has to cut", () => {
    expect(carriesSegments({ lossPercent: 1, rateKbit: 64, jitterMs: 1, delayMs: 3 })).toBe(true);
    expect(carriesSegments({ corruptPercent: 1 })).toBe(false);
    expect(carriesSegments({ mtu: 900 })).toBe(false);
  });
});
