import { createServer, type Socket } from "node:net";
import { parseIp, type SinkParams, type SinkReady, type SourceParams, type ThroughputResult } from "@ratchet/contracts";
import type { Call } from "./rpc.js";
import { RpcError } from "./rpc.js";
import { boundTcp, tcpSocketIn } from "./tcp-socket.js";

const CHUNK = Buffer.alloc(65_536);
/** Beyond the sender's own time: what is on the way when it ends. */
const GRACE_MS = 3000;

/** Takes one connection inside a pod and counts what arrives, until the sender ends or its time is over. */
export async function sink(netnsPath: string, params: SinkParams, call: Call<SinkReady>): Promise<ThroughputResult> {
  const { signal } = call;
  signal.throwIfAborted();
  const server = createServer();
  let taken: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ThroughputResult>((resolve, reject) => {
      signal.addEventListener("abort", () => {
        server.close();
        taken?.destroy();
        reject(signal.reason);
      });
      timer = setTimeout(() => reject(new RpcError("Timeout", "nobody connected")), params.waitMs);
      server.on("error", reject);
      server.once("connection", (socket) => {
        taken = socket;
        clearTimeout(timer);
        server.close();
        const counter = new Counter();
        socket.on("data", (part) => counter.add(part.length));
        // A sender that vanishes in the middle: what came until then counts.
        socket.on("error", () => {});
        socket.on("close", () => resolve(counter.result()));
        timer = setTimeout(() => socket.destroy(), params.seconds * 1000 + GRACE_MS);
      });
      server.listen({ fd: boundTcp(netnsPath, params.address) }, () => {
        const address = server.address();
        if (address !== null && typeof address === "object") call.progress({ port: address.port });
      });
    });
  } finally {
    clearTimeout(timer);
    server.close();
    taken?.destroy();
  }
}

/** Sends from inside a pod as much as TCP takes, for so long. The other side's count is the one that arrived. */
export async function source(netnsPath: string, params: SourceParams, call: Call<never>): Promise<ThroughputResult> {
  const { signal } = call;
  signal.throwIfAborted();
  const { address, port, seconds } = params;
  const socket = tcpSocketIn(netnsPath, parseIp(address)?.family ?? 4);
  const counter = new Counter();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ThroughputResult>((resolve, reject) => {
      signal.addEventListener("abort", () => {
        socket.destroy();
        reject(signal.reason);
      });
      const untilMs = performance.now() + seconds * 1000;
      timer = setTimeout(() => socket.destroy(), seconds * 1000 + GRACE_MS);
      socket.on("error", (error) => reject(new RpcError("Failed", `TCP to ${address} port ${port}: ${error.message}`)));
      socket.on("close", () => resolve(counter.result()));
      const fill = () => {
        for (;;) {
          if (performance.now() >= untilMs) return void socket.end();
          counter.add(CHUNK.length);
          if (!socket.write(CHUNK)) return;
        }
      };
      socket.on("drain", fill);
      // Nothing comes back; but the end has to be read to be seen.
      socket.resume();
      socket.connect(port, address, fill);
    });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

class Counter {
  private bytes = 0;
  private firstMs = 0;
  private lastMs = 0;

  add(bytes: number): void {
    this.lastMs = performance.now();
    if (this.bytes === 0) this.firstMs = this.lastMs;
    this.bytes += bytes;
  }

  result(): ThroughputResult {
    const ms = this.lastMs - this.firstMs;
    return { bytes: this.bytes, ms, kbitPerSecond: ms === 0 ? 0 : (this.bytes * 8) / ms };
  }
}
