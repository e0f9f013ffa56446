import type { Cluster, PodAnnouncement } from "./cluster.js";

interface Gate {
  pod: PodAnnouncement["pod"];
  wanted: { isReady: boolean; message: string };
  written: string | undefined;
  isWriting: boolean;
}

/**
 * Writes the readiness of pods, one write at a time for each: two under way could arrive in the other order, and the
 * older word would stay.
 */
export class GateWriter {
  readonly #cluster: Pick<Cluster, "setGate">;
  /** by pod uid */
  readonly #gates = new Map<string, Gate>();

  constructor(cluster: Pick<Cluster, "setGate">) {
    this.#cluster = cluster;
  }

  /** What it says now; nothing is written when the cluster was told the same before. */
  set(pod: PodAnnouncement["pod"], isReady: boolean, message: string): void {
    const gate = this.#gates.get(pod.uid) ?? {
      pod,
      wanted: { isReady, message },
      written: undefined,
      isWriting: false,
    };
    gate.wanted = { isReady, message };
    this.#gates.set(pod.uid, gate);
    if (!gate.isWriting) void this.#write(gate);
  }

  /** Forgets what was written. */
  clear(): void {
    this.#gates.clear();
  }

  forget(podUid: string): void {
    this.#gates.delete(podUid);
  }

  async #write(gate: Gate): Promise<void> {
    gate.isWriting = true;
    while (gate.written !== gate.wanted.message) {
      const { isReady, message } = gate.wanted;
      try {
        await this.#cluster.setGate(gate.pod, isReady, message);
        gate.written = message;
      } catch {
        // The next thing that is observed tries again.
        gate.written = undefined;
        break;
      }
    }
    gate.isWriting = false;
  }
}
