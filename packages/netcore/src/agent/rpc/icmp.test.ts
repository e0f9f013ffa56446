import { expect, test } from "vitest";
import { checksum, echoRequest, readAnswer, socketAddress } from "./icmp.js";
import { summarize } from "./summary.js";

const mark = Buffer.from("0123456789abcdef");
const ipv4 = (icmp: Buffer) => Buffer.concat([Buffer.from([0x45, ...Array<number>(19).fill(0)]), icmp]);

test("an IPv4 request sums to zero and carries identifier, sequence and mark", () => {
  const packet = echoRequest(4, 0xbeef, 7, mark, 57);
  expect(packet.length).toBe(65);
  expect([packet[0], packet.readUInt16BE(4), packet.readUInt16BE(6)]).toEqual([8, 0xbeef, 7]);
  expect(checksum(packet)).toBe(0);
});

test("only the answer with our identifier and mark is ours", () => {
  const reply = echoRequest(4, 1, 7, mark, 16);
  reply[0] = 0;
  expect(readAnswer(4, ipv4(reply), 1, mark)).toEqual({ sequence: 7, problem: undefined });
  expect(readAnswer(4, ipv4(reply), 2, mark)).toBeUndefined();
  expect(readAnswer(4, ipv4(reply), 1, Buffer.alloc(16))).toBeUndefined();
  expect(readAnswer(4, ipv4(reply).subarray(0, 24), 1, mark)).toBeUndefined();
  expect(readAnswer(4, Buffer.alloc(0), 1, mark)).toBeUndefined();
});

test("a refusal is known by the request it quotes", () => {
  const head = Buffer.alloc(8);
  head.set([3, 1]);
  const quoted = ipv4(echoRequest(4, 9, 3, mark, 16).subarray(0, 8));
  expect(readAnswer(4, ipv4(Buffer.concat([head, quoted])), 9, mark)).toEqual({
    sequence: 3,
    problem: "host unreachable",
  });
  const head6 = Buffer.alloc(8);
  head6.set([3, 0]);
  const quoted6 = Buffer.concat([Buffer.alloc(40), echoRequest(6, 9, 4, mark, 16)]);
  expect(readAnswer(6, Buffer.concat([head6, quoted6]), 9, mark)).toEqual({
    sequence: 4,
    problem: "time to live exceeded",
  });
});

test("addresses become what the kernel takes", () => {
  expect(socketAddress({ family: 4, value: 0x0a000001n }).toString("hex")).toBe(`020000000a000001${"0".repeat(16)}`);
  expect(socketAddress({ family: 6, value: 1n }).subarray(8, 24).toString("hex")).toBe(`${"0".repeat(31)}1`);
});

test("the summary counts what came back", () => {
  const reply = (sequence: number, rttMs: number | null) => ({ sequence, rttMs, message: "" });
  expect(summarize("a", [reply(1, 1), reply(2, null), reply(3, 3), reply(4, null)])).toMatchObject({
    sent: 4,
    received: 2,
    lossPercent: 50,
    rttMs: { min: 1, avg: 2, max: 3, mdev: 1 },
  });
  expect(summarize("a", [reply(1, null)])).toMatchObject({ lossPercent: 100, rttMs: null });
});
