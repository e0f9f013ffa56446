import { type AssignedWire, familyOf, type ProbeRow } from "@ratchet/contracts";
import { SystemError } from "../../ffi/system-error.js";
import type { Log } from "../log.js";
import { EchoBook } from "./echo-book.js";
import { EchoSocket } from "./echo-socket.js";
import { ProbeTally } from "./probe-tally.js";

/** How often sockets are read and echoes that are due are sent: together, so that many links share a turn. */
const TICK_MS = 100;

const SENT_BETWEEN_READS = 64;

/** Where a wire is probed from. */
export interface ProbePlace {
  podUid: string;
  netnsPath: string;
  /** Of the wire's interface in that pod: an echo must not take another way. */
  ifIndex: number;
}

export interface ProberSources {
  wires(): Iterable<AssignedWire>;
  /** Undefined while the wire does not carry, or its pod is not there: nothing is asked then. */
  placeOf(wire: AssignedWire): ProbePlace | undefined;
}

export interface ProbeWish {
  /** Between two echoes of a wire; 0 = none. */
  probeMs: number;
  /** Those that are probed at another interval. */
  probes: readonly { linkUid: string; intervalMs: number }[];
}

interface OpenSocket {
  socket: EchoSocket;
  podUid: string;
  /** Echoes of it on their way. */
  waiting: number;
}

/**
 * Sends echoes over wires that have addresses, and tells what became of them. A pod's socket is open while answers are
 * awaited: it keeps a namespace alive, so it goes with the last answer, and at once with its pod.
 */
export class LinkProber {
  private readonly tally = new ProbeTally();
  private readonly open = new Map<string, OpenSocket>();
  private readonly dueMs = new Map<string, number>();
  private readonly intervals = new Map<string, number>();
  private readonly book = new EchoBook<{ linkUid: string; of: OpenSocket }>(({ linkUid, of }, rtt) => {
    of.waiting--;
    this.tally.add(linkUid, rtt);
  });
  private probeMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sources: ProberSources,
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {}

  wish({ probeMs, probes }: ProbeWish): void {
    this.probeMs = probeMs;
    const before = new Map(this.intervals);
    this.intervals.clear();
    for (const { linkUid, intervalMs } of probes) this.intervals.set(linkUid, intervalMs);
    // Who begins to look does not wait for the slow round.
    for (const uid of new Set([...before.keys(), ...this.intervals.keys()])) {
      if (before.get(uid) !== this.intervals.get(uid)) this.dueMs.delete(uid);
    }
    const isWanted = probeMs > 0 || probes.length > 0;
    if (isWanted) this.timer ??= setInterval(() => this.tick(), TICK_MS);
    else this.stop();
  }

  /** Ends it, and with it what is on its way. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.probeMs = 0;
    this.intervals.clear();
    this.dueMs.clear();
    for (const key of [...this.open.keys()]) this.close(key);
    this.tally.take(() => false);
  }

  /** The pod's namespace is given up: nothing may keep it. */
  podLeft(podUid: string): void {
    for (const [key, { podUid: of }] of [...this.open]) if (of === podUid) this.close(key);
  }

  /** What became of echoes since the last time. */
  rows(): ProbeRow[] {
    this.collect();
    const rows = this.tally.take((uid) => this.dueMs.has(uid));
    const wires = new Set([...this.sources.wires()].map(({ linkUid }) => linkUid));
    for (const uid of this.dueMs.keys()) if (!wires.has(uid)) this.dueMs.delete(uid);
    return rows;
  }

  private tick(): void {
    this.collect();
    const nowMs = this.now();
    let sent = 0;
    for (const wire of this.sources.wires()) {
      if (wire.probe === undefined) continue;
      const intervalMs = this.intervals.get(wire.linkUid) ?? this.probeMs;
      if (intervalMs === 0) continue;
      const due = this.dueMs.get(wire.linkUid);
      if (due !== undefined && due > nowMs) continue;
      this.dueMs.set(wire.linkUid, nextTurn(wire.linkUid, due, intervalMs, nowMs));
      if (due === undefined) continue;
      const place = this.sources.placeOf(wire);
      if (place === undefined) continue;
      this.send(wire.linkUid, wire.probe.address, place, nowMs);
      // What a pod's socket has room for is far more; after a stall all are due at once.
      if (++sent % SENT_BETWEEN_READS === 0) this.collect();
    }
    // Over a wire of this node most answers are there already.
    this.collect();
  }

  private send(linkUid: string, address: string, place: ProbePlace, nowMs: number): void {
    try {
      const family = familyOf(address);
      const of = this.socketOf(place, family);
      of.socket.through(place.ifIndex);
      of.waiting++;
      const { sequence, packet } = this.book.request(family, { linkUid, of }, nowMs);
      if (!of.socket.send(packet, address)) this.book.refused(sequence);
    } catch (error) {
      // The namespace or the interface went a moment ago: there is nothing to measure.
      if (!(error instanceof SystemError)) throw error;
      this.log("debug", "a link cannot be probed", { linkUid, error: error.message });
    }
  }

  private socketOf({ podUid, netnsPath }: ProbePlace, family: 4 | 6): OpenSocket {
    const key = `${podUid} ${family} ${netnsPath}`;
    let of = this.open.get(key);
    if (of === undefined) {
      of = { socket: EchoSocket.inPod(netnsPath, family), podUid, waiting: 0 };
      this.open.set(key, of);
    }
    return of;
  }

  private collect(): void {
    for (const { socket } of this.open.values()) socket.drain((datagram) => this.book.take(socket.family, datagram));
    this.book.expire(this.now());
    for (const [key, { waiting }] of [...this.open]) if (waiting <= 0) this.close(key);
  }

  private close(key: string): void {
    const of = this.open.get(key);
    if (of === undefined) return;
    this.open.delete(key);
    if (of.waiting > 0) this.book.forget((about) => about.of === of);
    of.socket.close();
  }
}

/** Each link has its own place in the interval, and keeps it: a thousand links are no burst, also after a stall. */
function nextTurn(linkUid: string, due: number | undefined, intervalMs: number, nowMs: number): number {
  if (due === undefined) return nowMs + share(linkUid) * intervalMs;
  return due + (Math.floor((nowMs - due) / intervalMs) + 1) * intervalMs;
}

/** A share from 0 to 1 that is a link's own (FNV-1a). */
function share(uid: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < uid.length; at++) hash = Math.imul(hash ^ uid.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
