import { randomBytes, randomInt } from "node:crypto";
import { parseIp, type TraceHop, type TraceParams, type TraceResult } from "@ratchet/contracts";
import type { TimedDatagram } from "../../ffi/timed-receive.js";
import { echoRequest, HOPS_EXCEEDED, MARK_BYTES, readAnswer } from "./icmp.js";
import { IcmpSocket } from "./icmp-socket.js";
import type { Call } from "./rpc.js";
import { rttMs, type SentAt, sentNow } from "./sent-at.js";

const PAYLOAD_BYTES = 32;

/**
 * Asks every hop at once, by echo requests whose hop limits run out there: it takes as long as the slowest hop, and
 * those beyond the destination answer as the destination.
 */
export async function trace(netnsPath: string, params: TraceParams, call: Call<TraceHop>): Promise<TraceResult> {
  const { signal } = call;
  signal.throwIfAborted();
  const family = parseIp(params.address)?.family ?? 4;
  const identifier = randomInt(0x10000);
  const mark = randomBytes(MARK_BYTES);
  const sent = new Map<number, SentAt>();
  const hops = new Map<number, TraceHop>();
  let end = params.maxHops;
  let isReached = false;
  let finish = () => {};

  const settle = (hop: number, address: string | null, rtt: number | null, message: string, isEnd: boolean) => {
    if (hops.has(hop)) return;
    const found = { hop, address, pod: null, rttMs: rtt, message };
    hops.set(hop, found);
    if (isEnd && hop <= end) {
      end = hop;
      isReached = message === "";
    }
    call.progress(found);
    if (isComplete(hops, end)) finish();
  };
  const take = ({ data, atNs, from }: TimedDatagram) => {
    const answer = readAnswer(family, data, identifier, mark);
    const at = answer === undefined ? undefined : sent.get(answer.sequence);
    if (answer === undefined || at === undefined) return;
    const isHop = answer.problem === HOPS_EXCEEDED;
    settle(answer.sequence, from, rttMs(at, atNs), isHop ? "" : (answer.problem ?? ""), !isHop);
  };

  const socket = IcmpSocket.open(netnsPath, params.address, take);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      finish = resolve;
      // At once: the namespace is kept alive by nothing but this socket when its pod has gone.
      signal.addEventListener("abort", () => {
        socket.close();
        reject(signal.reason);
      });
      timer = setTimeout(resolve, params.waitMs);
      for (let hop = 1; hop <= params.maxHops; hop++) {
        socket.limitHops(hop);
        sent.set(hop, sentNow());
        const problem = socket.send(echoRequest(family, identifier, hop, mark, PAYLOAD_BYTES));
        if (problem === undefined) continue;
        settle(hop, null, null, problem, true);
        break;
      }
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
  const silent = (hop: number): TraceHop => ({ hop, address: null, pod: null, rttMs: null, message: "" });
  const path = Array.from({ length: end }, (_, index) => hops.get(index + 1) ?? silent(index + 1));
  return { address: params.address, isReached, hops: path };
}

function isComplete(hops: ReadonlyMap<number, TraceHop>, end: number): boolean {
  for (let hop = 1; hop <= end; hop++) if (!hops.has(hop)) return false;
  return true;
}
