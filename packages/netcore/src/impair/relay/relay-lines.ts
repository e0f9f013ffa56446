import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { RelayHolding, RelayLine } from "@ratchet/contracts";
import { libc } from "../../ffi/libc.js";
import { openTap, setTapOffload, setTapPersistence } from "../../ffi/tap.js";
import { openWakeFd, wakeThread } from "../../ffi/wake-fd.js";
import { NetlinkSocket } from "../../netlink/socket.js";
import { setLink } from "../../rtnetlink/link.js";
import { carriesSegments } from "./segments.js";
import type { FromWorker, ToWorker, WorkerData } from "./worker-frames.js";

// Frames the kernel keeps for a device while the thread is busy: some milliseconds of a fast wire.
const QUEUE_FRAMES = 4_000;
// A name is free again only when the kernel has done away with the device that had it.
const RETRY_MS = 500;

interface Held {
  fd: number;
  line: RelayLine;
  isEnding: boolean;
}

export interface RelayLinesEvents {
  /** So it is with these from now on. */
  changed(holdings: RelayHolding[]): void;
  dropped(taps: string[]): void;
}

/** The lines of one panel: their TAP devices, and the thread that carries their frames. */
export class RelayLines {
  private readonly held = new Map<string, Held>();
  private readonly errors = new Map<string, RelayHolding>();
  /** Devices on their way out, and the line that is wanted in their place meanwhile. */
  private readonly closing = new Map<string, RelayLine | undefined>();
  private readonly worker: Worker;
  private readonly wakeFd: number;

  constructor(
    private readonly panelPath: string,
    private readonly events: RelayLinesEvents,
    /** The thread is gone, and with it every frame: there is no way on. */
    failed: (error: Error) => void,
  ) {
    this.wakeFd = openWakeFd();
    const workerData: WorkerData = { wakeFd: this.wakeFd };
    this.worker = new Worker(new URL("worker.js", import.meta.url), { workerData });
    this.worker.on("message", (message: FromWorker) => this.hear(message));
    this.worker.once("error", failed);
  }

  get size(): number {
    return this.held.size + this.closing.size;
  }

  holdings(): RelayHolding[] {
    return [...[...this.held.values()].filter(({ isEnding }) => !isEnding).map(holdingOf), ...this.errors.values()];
  }

  /** Makes or changes lines; `changed` tells of each when its frames suffer it, or why it cannot be had. */
  set(lines: readonly RelayLine[]): void {
    // One for them all, and none for changes: to open one takes as long as to make a device.
    let socket: NetlinkSocket | undefined;
    const panel = () => (socket ??= NetlinkSocket.open(this.panelPath));
    for (const line of lines) {
      if (this.closing.has(line.tap)) this.closing.set(line.tap, line);
      else this.setOne(line, panel);
    }
    socket?.close();
  }

  /** Drops every line but these. */
  keepOnly(taps: ReadonlySet<string>): void {
    this.drop([...this.held.keys(), ...this.errors.keys()].filter((tap) => !taps.has(tap)));
  }

  drop(taps: readonly string[]): void {
    for (const tap of taps) {
      this.errors.delete(tap);
      if (this.closing.has(tap)) this.closing.set(tap, undefined);
      const held = this.held.get(tap);
      if (held === undefined) continue;
      held.isEnding = true;
      this.tell({ type: "end", tap });
    }
  }

  /** Ends the thread, which would otherwise keep the process until its wait is over. Devices stay as they are. */
  async stop(): Promise<void> {
    const ended = once(this.worker, "exit");
    this.tell({ type: "stop" });
    await ended;
  }

  private setOne(line: RelayLine, panel: () => NetlinkSocket): void {
    const { tap, impairment, mtuBytes } = line;
    try {
      const known = this.held.get(tap);
      if (known === undefined) {
        const fd = this.open(line, panel);
        this.held.set(tap, { fd, line, isEnding: false });
        this.tell({ type: "add", tap, fd, impairment, mtuBytes });
      } else {
        setTapOffload(known.fd, tap, carriesSegments(impairment));
        known.line = line;
        known.isEnding = false;
        this.tell({ type: "change", tap, impairment, mtuBytes });
      }
      this.errors.delete(tap);
    } catch (error) {
      const holding: RelayHolding = { tap, impairment: {}, error: (error as Error).message };
      this.errors.set(tap, holding);
      setTimeout(() => this.retry(line, holding), RETRY_MS);
      this.events.changed([holding]);
    }
  }

  private retry(line: RelayLine, failed: RelayHolding): void {
    if (this.errors.get(line.tap) === failed) this.set([line]);
  }

  private open({ tap, alias, impairment }: RelayLine, panel: () => NetlinkSocket): number {
    const fd = openTap(this.panelPath, tap);
    try {
      setTapOffload(fd, tap, carriesSegments(impairment));
      // When this process is killed, many devices would be taken away one by one, each after its grace periods; and
      // the agent would hear of the end only after the last of them.
      setTapPersistence(fd, tap, true);
      panel().request(setLink({ ifName: tap }, { alias, txQueueLength: QUEUE_FRAMES }));
      return fd;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  private hear(message: FromWorker): void {
    const { tap, fd } = message;
    const held = this.held.get(tap);
    if (held?.fd !== fd) return;
    if (message.type === "took") {
      if (!held.isEnding) this.events.changed([{ tap, impairment: message.impairment, error: null }]);
      return;
    }
    this.held.delete(tap);
    // Asked for again after the thread had let go: made anew.
    this.closing.set(tap, held.isEnding ? undefined : held.line);
    try {
      setTapPersistence(fd, tap, false);
    } catch {
      // It is gone already.
    }
    // Waits for the kernel's grace period.
    void libc.closeAsync(fd).then(() => {
      const wanted = this.closing.get(tap);
      this.closing.delete(tap);
      if (wanted === undefined) this.events.dropped([tap]);
      else this.set([wanted]);
    });
  }

  private tell(message: ToWorker): void {
    this.worker.postMessage(message);
    wakeThread(this.wakeFd);
  }
}

function holdingOf({ line }: Held): RelayHolding {
  const { tap, impairment } = line;
  return { tap, impairment, error: null };
}
