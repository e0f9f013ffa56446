import { randomBytes, randomInt } from "node:crypto";
import { PROBE_WAIT_MS } from "@ratchet/contracts";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { echoRequest, MARK_BYTES, readAnswer } from "../rpc/icmp.js";
import { rttMs, type SentAt, sentNow } from "../rpc/sent-at.js";

/** ICMP sequence numbers have 16 bits: many more than are on the way at once. */
const SEQUENCES = 0x10000;
/** ICMP data, so that an echo of either family is PROBE_FRAME_BYTES long: an IPv6 header has 20 bytes more. */
const PAYLOAD_BYTES = { 4: 56, 6: 36 } as const;

interface Waiting<T> extends SentAt {
  about: T;
  sentMs: number;
}

/** The fate of one echo: its round trip in ms, null when it was lost. */
export type Settled<T> = (about: T, rtt: number | null) => void;

/** Echoes on their way, of any number of sockets, and what they are about. */
export class EchoBook<T> {
  private readonly mark = randomBytes(MARK_BYTES);
  private readonly identifier = randomInt(SEQUENCES);
  private readonly waiting = new Map<number, Waiting<T>>();
  private next = 0;

  constructor(
    private readonly settled: Settled<T>,
    /** An echo that is not answered by then is lost. */
    private readonly waitMs = PROBE_WAIT_MS,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  /** Writes down an echo that is sent now, and answers its packet. */
  request(family: 4 | 6, about: T, nowMs: number): { sequence: number; packet: Buffer } {
    const sequence = this.next++ % SEQUENCES;
    const packet = echoRequest(family, this.identifier, sequence, this.mark, PAYLOAD_BYTES[family]);
    this.settle(sequence, null);
    this.waiting.set(sequence, { about, sentMs: nowMs, ...sentNow() });
    return { sequence, packet };
  }

  /** The kernel would not send it. */
  refused(sequence: number): void {
    this.settle(sequence, null);
  }

  /** What a socket has received, ours or not. A refusal by a router or host counts as lost. */
  take(family: 4 | 6, { data, atNs }: TimedDatagram): void {
    const answer = readAnswer(family, data, this.identifier, this.mark);
    const sent = answer === undefined ? undefined : this.waiting.get(answer.sequence);
    if (answer === undefined || sent === undefined) return;
    const rtt = rttMs(sent, atNs);
    this.settle(answer.sequence, answer.problem === undefined && rtt <= this.waitMs ? rtt : null);
  }

  /** Gives up what has waited for too long. Call it after everything that has come was taken. */
  expire(nowMs: number): void {
    // A map keeps the order of its keys' coming: the oldest is first.
    for (const [sequence, { sentMs }] of this.waiting) {
      if (nowMs - sentMs <= this.waitMs) return;
      this.settle(sequence, null);
    }
  }

  /** Forgets, without a fate, those that are about something. */
  forget(isAbout: (about: T) => boolean): void {
    for (const [sequence, { about }] of this.waiting) if (isAbout(about)) this.waiting.delete(sequence);
  }

  private settle(sequence: number, rtt: number | null): void {
    const sent = this.waiting.get(sequence);
    if (sent === undefined) return;
    this.waiting.delete(sequence);
    this.settled(sent.about, rtt);
  }
}
