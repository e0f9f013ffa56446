import { randomBytes, randomInt } from "node:crypto";
import { type PingParams, type PingReply, type PingResult, parseIp } from "@ratchet/contracts";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { echoRequest, MARK_BYTES, readAnswer } from "./icmp.js";
import { IcmpSocket } from "./icmp-socket.js";
import type { Call } from "./rpc.js";
import { rttMs, type SentAt, sentNow } from "./sent-at.js";
import { summarize } from "./summary.js";

interface Sent extends SentAt {
  timer: NodeJS.Timeout;
}

/** Sends echo requests in a namespace and hears their answers, until all have met their fate. */
export function ping(netnsPath: string, params: PingParams, call: Call<PingReply>): Promise<PingResult> {
  return new Ping(netnsPath, params, call).run();
}

class Ping {
  private readonly family: 4 | 6;
  private readonly mark = randomBytes(MARK_BYTES);
  private readonly identifier = randomInt(0x10000);
  private readonly waiting = new Map<number, Sent>();
  private readonly replies: PingReply[] = [];
  private socket: IcmpSocket | undefined;
  private ticker: NodeJS.Timeout | undefined;
  private next = 1;
  private finish: () => void = () => {};

  constructor(
    private readonly netnsPath: string,
    private readonly params: PingParams,
    private readonly call: Call<PingReply>,
  ) {
    this.family = parseIp(params.address)?.family ?? 4;
  }

  async run(): Promise<PingResult> {
    const { signal } = this.call;
    signal.throwIfAborted();
    this.socket = IcmpSocket.open(this.netnsPath, this.params.address, (datagram) => this.take(datagram));
    try {
      await new Promise<void>((resolve, reject) => {
        this.finish = resolve;
        // At once: the namespace is kept alive by nothing but this socket when its pod has gone.
        signal.addEventListener("abort", () => {
          this.close();
          reject(signal.reason);
        });
        this.ticker = setInterval(() => this.send(), this.params.intervalMs);
        this.send();
      });
    } finally {
      this.close();
    }
    this.replies.sort((a, b) => a.sequence - b.sequence);
    return summarize(this.params.address, this.replies);
  }

  private close(): void {
    clearInterval(this.ticker);
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.socket?.close();
  }

  private send(): void {
    const sequence = this.next++;
    if (sequence >= this.params.count) clearInterval(this.ticker);
    const packet = echoRequest(this.family, this.identifier, sequence, this.mark, this.params.payloadBytes);
    const timer = setTimeout(() => this.settle(sequence, null, ""), this.params.waitMs);
    this.waiting.set(sequence, { timer, ...sentNow() });
    const problem = this.socket?.send(packet);
    if (problem !== undefined) this.settle(sequence, null, problem);
  }

  private take({ data, atNs }: TimedDatagram): void {
    const answer = readAnswer(this.family, data, this.identifier, this.mark);
    const sent = answer === undefined ? undefined : this.waiting.get(answer.sequence);
    if (answer === undefined || sent === undefined) return;
    this.settle(answer.sequence, answer.problem === undefined ? rttMs(sent, atNs) : null, answer.problem ?? "");
  }

  private settle(sequence: number, rtt: number | null, message: string): void {
    const sent = this.waiting.get(sequence);
    if (sent === undefined) return;
    clearTimeout(sent.timer);
    this.waiting.delete(sequence);
    const reply = { sequence, rttMs: rtt, message };
    this.replies.push(reply);
    this.call.progress(reply);
    if (this.replies.length === this.params.count) this.finish();
  }
}
