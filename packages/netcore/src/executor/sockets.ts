import { PacketSocket } from "../ffi/packet-socket.js";
import { NetlinkSocket } from "../netlink/socket.js";
import { IndexAllocator } from "./index-allocator.js";

/**
 * Sockets by namespace. Those of the namespaces named at the start (the node's and the panel's) stay open; one in a
 * pod's namespace would keep that namespace alive after the pod, so it is closed after use.
 */
export class Sockets {
  private readonly open = new Map<string, NetlinkSocket>();
  private readonly packetSockets = new Map<string, PacketSocket>();
  private readonly allocators = new Map<string, IndexAllocator>();
  private readonly kept: ReadonlySet<string>;

  constructor(keep: readonly string[]) {
    this.kept = new Set(keep);
  }

  /** Runs `fn` with a socket of the namespace; `role` tells sockets apart that must not share answers. */
  async use<T>(netns: string, fn: (socket: NetlinkSocket) => T | Promise<T>, role = "requests"): Promise<T> {
    if (!this.kept.has(netns)) {
      const socket = NetlinkSocket.open(netns);
      try {
        return await fn(socket);
      } finally {
        socket.close();
      }
    }
    return fn(this.keptSocket(netns, role));
  }

  /** A fresh index in a kept namespace; undefined elsewhere: there the kernel chooses. */
  nextIndex(netns: string): number | undefined {
    return this.kept.has(netns) ? this.allocator(netns).next() : undefined;
  }

  /** Begins above what is there now: the index of something that is deleted later is then never given again. */
  countFromNow(netns: string): void {
    this.allocator(netns);
  }

  private allocator(netns: string): IndexAllocator {
    let allocator = this.allocators.get(netns);
    if (allocator === undefined) {
      allocator = IndexAllocator.of(this.keptSocket(netns, "requests"));
      this.allocators.set(netns, allocator);
    }
    return allocator;
  }

  /** The kept packet socket of a kept namespace that this thread is inside of; undefined elsewhere. */
  packets(netns: string): PacketSocket | undefined {
    if (!this.kept.has(netns)) return undefined;
    let socket = this.packetSockets.get(netns);
    if (socket === undefined) {
      socket = PacketSocket.open();
      this.packetSockets.set(netns, socket);
    }
    return socket;
  }

  /** Closes what is open in a namespace that was replaced by another of the same path. */
  forget(netns: string): void {
    this.allocators.delete(netns);
    this.packetSockets.get(netns)?.close();
    this.packetSockets.delete(netns);
    for (const [key, socket] of this.open) {
      if (!key.endsWith(` ${netns}`)) continue;
      socket.close();
      this.open.delete(key);
    }
  }

  close(): void {
    for (const socket of this.open.values()) socket.close();
    this.open.clear();
    for (const socket of this.packetSockets.values()) socket.close();
    this.packetSockets.clear();
    this.allocators.clear();
  }

  private keptSocket(netns: string, role: string): NetlinkSocket {
    const key = `${role} ${netns}`;
    let socket = this.open.get(key);
    if (socket === undefined) {
      socket = NetlinkSocket.open(netns);
      this.open.set(key, socket);
    }
    return socket;
  }
}
