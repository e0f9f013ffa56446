import { firstKept, RESOLUTIONS, type Resolution, slotOf } from "./resolution.js";

/** What echoes of one link did in one step. Times in ms; null: none came back. */
export interface ProbeStep {
  sent: number;
  received: number;
  rttMs: number | null;
  jitterMs: number | null;
}

/** Slots that are kept or dropped together: 15 minutes of the coarse series. */
const CHUNK_SLOTS = 90;
/** Two counts of a byte and two times of two. */
const SLOT_BYTES = 6;
const MOST = 255;
/** Times are kept as 16 bits of their logarithm: from a microsecond to a day, to 0.04 %. */
const LEAST_MS = 0.001;
const SPAN = Math.log(86_400_000 / LEAST_MS);

interface Chunk {
  sent: Uint8Array;
  received: Uint8Array;
  rtt: Uint16Array;
  jitter: Uint16Array;
}

/** What became of one link's echoes, by time: six bytes a step, and none for stretches in which nothing was sent. */
export class ProbeSeries {
  readonly #chunks = new Map<Resolution, Map<number, Chunk>>(RESOLUTIONS.map((resolution) => [resolution, new Map()]));

  get bytes(): number {
    let chunks = 0;
    for (const kept of this.#chunks.values()) chunks += kept.size;
    return chunks * CHUNK_SLOTS * SLOT_BYTES;
  }

  /** An interval longer than a step says nothing about that step. */
  add(nowMs: number, intervalMs: number, step: ProbeStep): void {
    for (const [resolution, chunks] of this.#chunks) {
      if (intervalMs > resolution.stepMs * 1.5) continue;
      const slot = slotOf(resolution, nowMs);
      const number = Math.floor(slot / CHUNK_SLOTS);
      let chunk = chunks.get(number);
      if (chunk === undefined) chunks.set(number, (chunk = emptyChunk()));
      merge(chunk, slot - number * CHUNK_SLOTS, step);
    }
  }

  /** Undefined: nothing was sent. */
  at(resolution: Resolution, slot: number): ProbeStep | undefined {
    const number = Math.floor(slot / CHUNK_SLOTS);
    const chunk = this.#chunks.get(resolution)?.get(number);
    const step = chunk && read(chunk, slot - number * CHUNK_SLOTS);
    return step?.sent === 0 ? undefined : step;
  }

  forget(nowMs: number, keepMs: number): void {
    for (const [resolution, chunks] of this.#chunks) {
      const first = firstKept(resolution, nowMs, keepMs);
      for (const number of chunks.keys()) if ((number + 1) * CHUNK_SLOTS <= first) chunks.delete(number);
    }
  }
}

function emptyChunk(): Chunk {
  const buffer = new ArrayBuffer(CHUNK_SLOTS * SLOT_BYTES);
  return {
    rtt: new Uint16Array(buffer, 0, CHUNK_SLOTS),
    jitter: new Uint16Array(buffer, CHUNK_SLOTS * 2, CHUNK_SLOTS),
    sent: new Uint8Array(buffer, CHUNK_SLOTS * 4, CHUNK_SLOTS),
    received: new Uint8Array(buffer, CHUNK_SLOTS * 5, CHUNK_SLOTS),
  };
}

function read(chunk: Chunk, at: number): ProbeStep {
  const time = (times: Uint16Array) => (times[at] ? LEAST_MS * Math.exp(((times[at] - 1) / 65_534) * SPAN) : null);
  return {
    sent: chunk.sent[at] ?? 0,
    received: chunk.received[at] ?? 0,
    rttMs: time(chunk.rtt),
    jitterMs: time(chunk.jitter),
  };
}

function merge(chunk: Chunk, at: number, step: ProbeStep): void {
  const known = read(chunk, at);
  const mean = (a: number | null, b: number | null) =>
    a === null || b === null ? (a ?? b) : (a * known.received + b * step.received) / (known.received + step.received);
  chunk.rtt[at] = packed(mean(known.rttMs, step.rttMs));
  chunk.jitter[at] = packed(mean(known.jitterMs, step.jitterMs));
  chunk.sent[at] = Math.min(MOST, known.sent + step.sent);
  chunk.received[at] = Math.min(MOST, known.received + step.received);
}

function packed(ms: number | null): number {
  if (ms === null) return 0;
  const part = Math.log(Math.max(LEAST_MS, ms) / LEAST_MS) / SPAN;
  return 1 + Math.round(Math.min(1, part) * 65_534);
}
