import { randomBytes, randomInt } from "node:crypto";
import { type ProbeParams, type ProbeReport, type ProbeResult, parseIp } from "@ratchet/contracts";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { echoRequest, MARK_BYTES, readAnswer } from "./icmp.js";
import { IcmpSocket } from "./icmp-socket.js";
import type { Call } from "./rpc.js";
import { rttMs, type SentAt, sentNow } from "./sent-at.js";

/** ICMP sequence numbers have 16 bits. More than are ever on the way at once. */
const SEQUENCES = 0x10000;
const SAMPLES_PER_REPORT = 2000;

interface Sample extends SentAt {
  sentMs: number;
  /** Undefined while it is on the way. */
  rttMs: number | null | undefined;
}

/** Sends echo requests one after another and reports what becomes of them, in their order, until it is told to end. */
export async function probe(netnsPath: string, params: ProbeParams, call: Call<ProbeReport>): Promise<ProbeResult> {
  const { signal } = call;
  signal.throwIfAborted();
  const prober = new Prober(netnsPath, params, (report) => call.progress(report));
  try {
    await new Promise<never>((_resolve, reject) => {
      // At once: the namespace is kept alive by nothing but this socket when its pod has gone.
      signal.addEventListener("abort", () => {
        prober.stop();
        reject(signal.reason);
      });
    });
  } finally {
    prober.stop();
  }
  return { sent: prober.sent };
}

/** A stream of echo requests in a namespace. It holds one socket and two timers, and nothing after `stop`. */
export class Prober {
  private readonly family: 4 | 6;
  private readonly mark = randomBytes(MARK_BYTES);
  private readonly identifier = randomInt(SEQUENCES);
  private readonly startedMs = performance.now();
  private readonly unreported: Sample[] = [];
  private readonly waiting = new Map<number, Sample>();
  private readonly socket: IcmpSocket;
  private readonly timers: NodeJS.Timeout[];
  private next = 0;
  private isStopped = false;

  /** @throws SystemError */
  constructor(
    netnsPath: string,
    private readonly params: Omit<ProbeParams, "podUid">,
    private readonly report: (report: ProbeReport) => void,
  ) {
    this.family = parseIp(params.address)?.family ?? 4;
    this.socket = IcmpSocket.open(netnsPath, params.address, (datagram) => this.take(datagram));
    this.timers = [setInterval(() => this.send(), params.intervalMs), setInterval(() => this.flush(), params.reportMs)];
    this.send();
  }

  get sent(): number {
    return this.next;
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const timer of this.timers) clearInterval(timer);
    this.socket.close();
  }

  private send(): void {
    const sequence = this.next++ % SEQUENCES;
    const packet = echoRequest(this.family, this.identifier, sequence, this.mark, this.params.payloadBytes);
    const sample: Sample = { sentMs: performance.now() - this.startedMs, rttMs: undefined, ...sentNow() };
    this.waiting.set(sequence, sample);
    this.unreported.push(sample);
    if (this.socket.send(packet) !== undefined) this.settle(sequence, null);
  }

  private take({ data, atNs }: TimedDatagram): void {
    const answer = readAnswer(this.family, data, this.identifier, this.mark);
    const sample = answer === undefined ? undefined : this.waiting.get(answer.sequence);
    if (answer === undefined || sample === undefined) return;
    const rtt = rttMs(sample, atNs);
    this.settle(answer.sequence, answer.problem === undefined && rtt <= this.params.waitMs ? rtt : null);
  }

  private settle(sequence: number, rtt: number | null): void {
    const sample = this.waiting.get(sequence);
    if (sample === undefined) return;
    this.waiting.delete(sequence);
    sample.rttMs = rtt;
  }

  private flush(): void {
    const nowMs = performance.now() - this.startedMs;
    // A map keeps the order of its keys' coming: the oldest is first.
    for (const [sequence, { sentMs }] of this.waiting) {
      if (nowMs - sentMs <= this.params.waitMs) break;
      this.settle(sequence, null);
    }
    let ready = this.unreported.findIndex((sample) => sample.rttMs === undefined);
    if (ready < 0) ready = this.unreported.length;
    const settled = this.unreported.splice(0, Math.min(ready, SAMPLES_PER_REPORT));
    if (settled.length === 0) return;
    this.report({ nowMs, samples: settled.map(({ sentMs, rttMs: rtt }) => ({ sentMs, rttMs: rtt ?? null })) });
  }
}
