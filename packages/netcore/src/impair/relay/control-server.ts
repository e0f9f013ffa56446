import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { AgentToRelay, RELAY_PROTOCOL, type RelayToAgent } from "@ratchet/contracts";
import type { RelayLines } from "./relay-lines.js";

/** Answers agents on a unix socket of mode 0600. Lines outlive every connection. */
export class ControlServer {
  private readonly agents = new Set<Socket>();
  private readonly server: Server;

  constructor(
    private readonly lines: RelayLines,
    private readonly end: () => void,
  ) {
    this.server = createServer((socket) => this.serve(socket));
  }

  listen(path: string): Promise<void> {
    // What a relay that was killed left; a living one would have been found by whoever starts this.
    rmSync(path, { force: true });
    const before = process.umask(0o177);
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(path, () => {
        process.umask(before);
        resolve();
      });
    });
  }

  tell(frame: RelayToAgent): void {
    for (const socket of this.agents) send(socket, frame);
  }

  private serve(socket: Socket): void {
    this.agents.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.agents.delete(socket));
    const holdings = this.lines.holdings();
    send(socket, { type: "hello", protocol: RELAY_PROTOCOL, pid: process.pid, holdings });
    createInterface(socket).on("line", (text) => {
      const frame = read(text);
      if (frame === undefined) socket.destroy();
      else this.take(socket, frame);
    });
  }

  private take(socket: Socket, frame: AgentToRelay): void {
    switch (frame.type) {
      case "set":
        if (frame.full) this.lines.keepOnly(new Set(frame.lines.map(({ tap }) => tap)));
        this.lines.set(frame.lines);
        return;
      case "drop":
        this.lines.drop(frame.taps);
        return;
      case "ping":
        send(socket, { type: "pong", id: frame.id });
        return;
      case "end":
        this.end();
        return;
    }
  }
}

function send(socket: Socket, frame: RelayToAgent): void {
  socket.write(`${JSON.stringify(frame)}\n`);
}

function read(text: string): AgentToRelay | undefined {
  try {
    return AgentToRelay.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
