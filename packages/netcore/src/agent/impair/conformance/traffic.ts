import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { rttMs, type SentAt, sentNow } from "../../rpc/sent-at.js";
import { type FramePort, TEST_ETHERTYPE } from "./frame-port.js";

const ETHERNET_HEADER_BYTES = 14;
const NUMBER_AT = ETHERNET_HEADER_BYTES;
const FILL_AT = ETHERNET_HEADER_BYTES + 4;

export interface TrafficOptions {
  frames: number;
  /** Of one frame, Ethernet header included. */
  frameBytes?: number;
  /** ms from one frame to the next; 0 = as fast as they go. */
  everyMs?: number;
  /** Nothing for so long after the last was sent means that no more will come, ms. */
  quietMs?: number;
  /** Called once, when so many have been sent. */
  midway?: { after: number; run: () => void };
}

export interface Arrival {
  /** Of the frame, in the order they were sent; -1 when that was damaged. */
  n: number;
  isIntact: boolean;
  /** ms from sending to the kernel's receiving it; undefined for a damaged number. */
  tookMs: number | undefined;
  /** When the kernel got it: ms since the beginning. */
  atMs: number;
}

export interface Traffic {
  sent: number;
  arrivals: Arrival[];
}

/** Sends numbered frames from one pod and notes what arrives in the other, with one clock for both. */
export async function sendTraffic(from: FramePort, to: FramePort, options: TrafficOptions): Promise<Traffic> {
  const { frames, frameBytes = 200, everyMs = 0, quietMs = 300, midway } = options;
  const sentAt: SentAt[] = [];
  const arrivals: Arrival[] = [];
  const frame = testFrame(frameBytes);
  const startedAtMs = performance.now();
  const started = sentNow();
  let sent = 0;
  let lastAt = startedAtMs;
  const take = () => {
    for (let got = to.receive(); got !== undefined; got = to.receive()) {
      const { data, atNs } = got;
      const n = data.readUInt32BE(NUMBER_AT);
      const isKnown = n < sent;
      const isIntact = isKnown && data.length === frameBytes && isSame(data, testFrame(frameBytes, n));
      const tookMs = isKnown ? rttMs(sentAt[n]!, atNs) : undefined;
      arrivals.push({ n: isKnown ? n : -1, isIntact, tookMs, atMs: rttMs(started, atNs) });
      lastAt = performance.now();
    }
  };
  while (sent < frames || performance.now() - lastAt < quietMs) {
    for (let burst = 0; burst < 32 && sent < frames && performance.now() >= startedAtMs + sent * everyMs; burst++) {
      frame.writeUInt32BE(sent, NUMBER_AT);
      sentAt[sent] = sentNow();
      if (!from.send(frame)) break;
      sent++;
      lastAt = performance.now();
      if (sent === midway?.after) midway.run();
    }
    take();
    if (sent < frames && everyMs === 0) await setImmediate();
    else await sleep(1);
  }
  take();
  return { sent, arrivals };
}

/** Numbers that came, each once. */
export function distinct({ arrivals }: Traffic): Set<number> {
  return new Set(arrivals.flatMap(({ n }) => (n < 0 ? [] : [n])));
}

/** Frames that arrived after one that was sent later. */
export function overtaken({ arrivals }: Traffic): number {
  let highest = -1;
  let count = 0;
  for (const { n } of arrivals) {
    if (n < highest) count++;
    highest = Math.max(highest, n);
  }
  return count;
}

function testFrame(bytes: number, n = 0): Buffer {
  const frame = Buffer.alloc(bytes, 0xa5);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
  frame.writeUInt16BE(TEST_ETHERTYPE, 12);
  frame.writeUInt32BE(n, NUMBER_AT);
  return frame;
}

// Damage to the addresses, which a switch would not have let pass, is damage too.
function isSame(got: Buffer, sent: Buffer): boolean {
  return (
    got.subarray(FILL_AT).equals(sent.subarray(FILL_AT)) &&
    got.subarray(0, NUMBER_AT).equals(sent.subarray(0, NUMBER_AT))
  );
}
