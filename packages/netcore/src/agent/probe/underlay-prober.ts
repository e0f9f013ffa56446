import { type AssignedWire, familyOf, type TunnelRef, type UnderlayMemory, type WireReport } from "@ratchet/contracts";
import { SystemError } from "../../ffi/system-error.js";
import type { CheckedFile } from "../checked-file.js";
import type { Log } from "../log.js";
import { EchoBook } from "./echo-book.js";
import { EchoSocket } from "./echo-socket.js";
import { LossWindow, UNDERLAY_PROBE } from "./loss-window.js";

interface Far {
  window: LossWindow;
  /** What was said last of it. */
  said: number;
}

/**
 * Sends echoes to the tunnel addresses of the nodes that this one shares tunnels with, and says which of them the
 * underlay loses too much to. A node that has never answered may be forbidden to: of it nothing is said.
 */
export class UnderlayProber {
  private readonly far = new Map<string, Far>();
  private readonly sockets = new Map<string, EchoSocket>();
  private readonly answered: Set<string>;
  private readonly book = new EchoBook<string>((address, rtt) => this.settled(address, rtt), UNDERLAY_PROBE.waitMs);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly wires: () => Iterable<AssignedWire>,
    /** Addresses that have answered, also to an earlier agent: a node that was started while the underlay drops knows. */
    private readonly file: Pick<CheckedFile<UnderlayMemory>, "load" | "save" | "flush">,
    private readonly touched: (linkUids: readonly string[]) => void,
    private readonly log: Log,
  ) {
    this.answered = new Set(file.load().answered);
  }

  start(): void {
    this.timer ??= setInterval(() => this.tick(), UNDERLAY_PROBE.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const socket of this.sockets.values()) socket.close();
    this.sockets.clear();
    await this.file.flush();
  }

  /** What a wire's underlay loses; undefined while that is not too much. */
  lossOf(wire: AssignedWire): WireReport["underlay"] {
    if (wire.peer.type !== "tunnel") return undefined;
    const address = wire.peer.tunnel.remoteAddress;
    const said = this.far.get(address)?.said ?? 0;
    return said === 0 ? undefined : { address, lossPercent: said };
  }

  private tick(): void {
    for (const socket of this.sockets.values()) {
      socket.drain((datagram) => this.book.take(socket.family, datagram));
    }
    this.book.expire(performance.now());
    this.say();
    const tunnels = this.tunnels();
    for (const address of this.far.keys()) if (!tunnels.has(address)) this.far.delete(address);
    for (const tunnel of tunnels.values()) this.send(tunnel);
  }

  private send({ localAddress, remoteAddress }: TunnelRef): void {
    try {
      let socket = this.sockets.get(localAddress);
      if (socket === undefined) this.sockets.set(localAddress, (socket = EchoSocket.onUnderlay(localAddress)));
      const { sequence, packet } = this.book.request(familyOf(remoteAddress), remoteAddress, performance.now());
      if (!socket.send(packet, remoteAddress)) this.book.refused(sequence);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.log("debug", "the underlay cannot be probed", { remoteAddress, error: error.message });
    }
  }

  private settled(address: string, rtt: number | null): void {
    let far = this.far.get(address);
    if (far === undefined) this.far.set(address, (far = { window: new LossWindow(), said: 0 }));
    if (rtt !== null && !this.answered.has(address)) {
      this.answered.add(address);
      this.file.save(() => ({ answered: [...this.answered] }));
    }
    far.window.add(rtt !== null);
  }

  private say(): void {
    for (const [address, far] of this.far) {
      const loss = far.window.isLossy && this.answered.has(address) ? far.window.lossPercent : 0;
      if (loss === far.said) continue;
      const isNews = (loss === 0) !== (far.said === 0);
      far.said = loss;
      if (isNews) this.log("warn", loss > 0 ? "the underlay loses frames" : "the underlay is sound again", { address });
      const uids: string[] = [];
      for (const { linkUid, peer } of this.wires()) {
        if (peer.type === "tunnel" && peer.tunnel.remoteAddress === address) uids.push(linkUid);
      }
      this.touched(uids);
    }
  }

  /** One of each pair of nodes. */
  private tunnels(): Map<string, TunnelRef> {
    const found = new Map<string, TunnelRef>();
    for (const { peer } of this.wires()) if (peer.type === "tunnel") found.set(peer.tunnel.remoteAddress, peer.tunnel);
    return found;
  }
}
