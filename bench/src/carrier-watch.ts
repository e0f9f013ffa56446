import { setImmediate as turn } from "node:timers/promises";
import { findLink, NetlinkSocket } from "@ratchet/netcore";

/** Looks at one interface in one namespace, as fast as the kernel answers. */
export class CarrierWatch {
  readonly #socket: NetlinkSocket;

  constructor(
    netns: string,
    readonly ifName: string,
  ) {
    this.#socket = NetlinkSocket.open(netns);
  }

  hasCarrier(): boolean {
    const link = findLink(this.#socket, { ifName: this.ifName });
    return link?.isUp === true && link.hasCarrier;
  }

  close(): void {
    this.#socket.close();
  }
}

/** Waits until every watch reports `carrier`; the event loop goes on meanwhile. */
export async function untilCarrier(watches: CarrierWatch[], carrier: boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!watches.every((watch) => watch.hasCarrier() === carrier)) {
    if (performance.now() > deadline) {
      throw new Error(`carrier is not ${carrier} after ${withinMs} ms on ${watches.map((w) => w.ifName).join(", ")}`);
    }
    await turn();
  }
}
