import {
  PEER_CLOSE,
  PEER_PROTOCOL,
  PEER_PROTOCOL_OLDEST,
  type PeerHello,
  type PeerToAgent,
  PeerToDialler,
} from "@ratchet/contracts";
import { WebSocket } from "ws";
import type { PeerDial } from "../access/peer-credentials.js";
import type { Logger } from "../logger.js";

const PATH = "/api/v1/peer";
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HANDSHAKE_MS = 3000;
const RETRY_MS = { first: 50, longest: 2000 };
const SILENT_HEARTBEATS = 3;

export interface PeerConnectionHandlers {
  /** Frames after the welcome. */
  told(frame: Exclude<PeerToDialler, { type: "welcome" }>): void;
  /** The connection has ended: of what was told nothing is sure any more. */
  lost(): void;
}

/** The WebSocket to one other replica; dials again until stop(). */
export class PeerConnection {
  readonly #url: string;
  readonly #peer: string;
  readonly #hello: PeerHello;
  readonly #handlers: PeerConnectionHandlers;
  readonly #log: Logger;
  readonly #credentials: () => PeerDial;
  #socket: WebSocket | undefined;
  #isWelcome = false;
  #isWanted = true;
  #isStopped = false;
  #retryMs = RETRY_MS.first;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #silent = 0;

  /** `url`: http(s)://HOST:PORT of the other replica. */
  constructor(
    url: string,
    peer: string,
    hello: PeerHello,
    handlers: PeerConnectionHandlers,
    log: Logger,
    credentials: () => PeerDial = () => ({}),
  ) {
    this.#url = `${url.replace(/^http/, "ws").replace(/\/$/, "")}${PATH}`;
    this.#peer = peer;
    this.#hello = hello;
    this.#handlers = handlers;
    this.#log = log;
    this.#credentials = credentials;
    this.#dial();
  }

  get isOpen(): boolean {
    return this.#isWelcome;
  }

  /** False: it is not connected, and nothing was sent. */
  send(frame: PeerToAgent): boolean {
    if (!this.#isWelcome || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The store does not know the replica any more: what is connected stays, nothing is dialled anew. */
  letGo(): void {
    this.#isWanted = false;
    clearTimeout(this.#retry);
  }

  /** The store knows it again. */
  want(): void {
    if (this.#isWanted || this.#isStopped) return;
    this.#isWanted = true;
    if (this.#socket === undefined) this.#dial();
  }

  /** Ends it without a word to the handlers. */
  stop(): void {
    this.letGo();
    this.#isStopped = true;
    this.#socket?.close(1001, "not needed any more");
  }

  #dial(): void {
    let credentials: PeerDial;
    try {
      credentials = this.#credentials();
    } catch (error) {
      this.#log.error({ replica: this.#peer, reason: (error as Error).message }, "cannot dial another replica");
      this.#later(RETRY_MS.longest);
      return;
    }
    const socket = new WebSocket(this.#url, {
      ...credentials,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#socket = socket;
    const heard = () => {
      this.#silent = 0;
    };
    socket.on("open", () => socket.send(JSON.stringify(this.#hello)));
    socket.on("ping", heard);
    socket.on("pong", heard);
    socket.on("message", (data, isBinary) => {
      heard();
      this.#receive(socket, isBinary ? undefined : read(data.toString()));
    });
    socket.on("error", (err) => this.#failed(err));
    socket.on("close", (code, reason) => this.#closed(code, reason.toString()));
  }

  #receive(socket: WebSocket, frame: PeerToDialler | undefined): void {
    if (this.#isStopped) return;
    if (frame === undefined || (frame.type === "welcome") === this.#isWelcome) {
      socket.close(PEER_CLOSE.malformed, "not a frame of the protocol");
      return;
    }
    if (frame.type !== "welcome") {
      this.#handlers.told(frame);
      return;
    }
    if (frame.protocol < PEER_PROTOCOL_OLDEST || frame.protocol > PEER_PROTOCOL || frame.replica !== this.#peer) {
      socket.close(PEER_CLOSE.protocol, "another protocol, or another replica");
      return;
    }
    this.#isWelcome = true;
    this.#retryMs = RETRY_MS.first;
    this.#log.info({ replica: this.#peer }, "connected to another replica");
    this.#heartbeat = setInterval(() => {
      if (++this.#silent > SILENT_HEARTBEATS) socket.terminate();
      else socket.ping();
    }, frame.heartbeatMs).unref();
  }

  #closed(code: number, reason: string): void {
    clearInterval(this.#heartbeat);
    this.#socket = undefined;
    if (this.#isStopped) return;
    if (this.#isWelcome) {
      this.#isWelcome = false;
      this.#log.warn({ replica: this.#peer, code, reason }, "lost the connection to another replica");
      this.#handlers.lost();
    } else if (code >= 4000) {
      this.#log.error({ replica: this.#peer, code, reason }, "another replica refuses this one");
      this.#retryMs = RETRY_MS.longest;
    }
    if (!this.#isWanted) return;
    this.#later(this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS.longest, this.#retryMs * 2);
  }

  #later(ms: number): void {
    this.#retry = setTimeout(() => this.#dial(), ms * (0.5 + Math.random() / 2)).unref();
  }

  // What a person has to mend stands in the log; that a replica is away for a moment does not.
  #failed(err: NodeJS.ErrnoException): void {
    const facts = { replica: this.#peer, reason: err.message };
    if (/response: 40[13]$/.test(err.message))
      this.#log.error(facts, "another replica does not take the token of --peer-token-file");
    else if (/CERT|SIGNATURE|ISSUER|SSL/.test(err.code ?? ""))
      this.#log.error(facts, "another replica's certificate is not one of --peer-ca for the name in its --peer-url");
    else this.#log.debug(facts, "cannot reach another replica");
  }
}

function read(text: string): PeerToDialler | undefined {
  try {
    return PeerToDialler.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
