import {
  AGENT_CLOSE,
  AGENT_PROTOCOL,
  AGENT_PROTOCOL_OLDEST,
  type AgentHello,
  type AgentToApi,
  type ApiAssignment,
  type ApiCancel,
  type ApiRequest,
  type ApiTelemetryWish,
  ApiToAgent,
  type ApiWelcome,
} from "@ratchet/contracts";
import WebSocket from "ws";
import { apiSocketUrl } from "./api-url.js";
import { Backoff } from "./backoff.js";
import { type DialFiles, dialOptions, dialProblem } from "./dial-options.js";
import type { Log } from "./log.js";

export interface ConnectionHandlers {
  hello(protocol: number): AgentHello;
  /** The API has taken the hello; the next frame is a full assignment. */
  welcomed(welcome: ApiWelcome): void;
  assigned(assignment: ApiAssignment): void;
  /** A question, the end of one, or a wish. */
  asked(frame: ApiRequest | ApiCancel | ApiTelemetryWish): void;
  lost(): void;
}

// A full assignment of a large node: tens of thousands of wires.
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** All agents of a replica that is gone come to the next: not in the same instant. */
const NEXT_WITHIN_MS = 50;

/**
 * The agent's one WebSocket to the API: to one of its replicas, and to the next when that one fails. Dials again for
 * ever, says hello each time, keeps the heartbeat in both directions. A close that asking again cannot mend
 * (installation, token) is said clearly and tried slowly.
 */
export class Connection {
  private socket: WebSocket | undefined;
  private readonly backoff = new Backoff(50, 2_000);
  private retry: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private heardAt = 0;
  /** Why the last dial was in vain, when only a person can mend it. */
  private refusal: string | undefined;
  private isWelcomed = false;
  private isStopped = false;
  private isPaused = false;
  /** Which of the APIs is dialled. */
  private at = 0;
  private dialsInVain = 0;
  private protocol = AGENT_PROTOCOL;

  constructor(
    private readonly apis: readonly string[],
    private readonly handlers: ConnectionHandlers,
    private readonly log: Log,
    private readonly files: DialFiles = { apiCa: undefined, tokenFile: undefined },
  ) {}

  get isReady(): boolean {
    return this.isWelcomed;
  }

  start(): void {
    this.dial();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.retry);
    clearInterval(this.heartbeat);
    this.socket?.close(1001, "agent stops");
    this.socket = undefined;
  }

  /** Sends a frame; without a welcomed connection it is dropped, because the next one begins with everything. */
  send(message: AgentToApi): void {
    if (this.isWelcomed) this.socket?.send(JSON.stringify(message));
  }

  /** Hangs up and does not dial until it is told to: a fault keeps the control plane away. */
  pause(isPaused: boolean): void {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    clearTimeout(this.retry);
    if (isPaused) this.socket?.terminate();
    else if (this.socket === undefined) this.dial();
  }

  private dial(): void {
    if (this.isStopped || this.isPaused) return;
    this.refusal = undefined;
    let options: ReturnType<typeof dialOptions>;
    try {
      options = dialOptions(this.files);
    } catch (error) {
      this.log("error", (error as Error).message);
      this.dialIn(this.backoff.slowest());
      return;
    }
    const socket = new WebSocket(apiSocketUrl(this.apis[this.at] ?? ""), {
      ...options,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.socket = socket;
    socket.on("open", () => {
      this.heardAt = Date.now();
      socket.send(JSON.stringify(this.handlers.hello(this.protocol)));
    });
    socket.on("message", (data, isBinary) => this.receive(socket, data as Buffer, isBinary));
    socket.on("ping", () => this.heard());
    socket.on("pong", () => this.heard());
    socket.on("error", (error) => {
      this.refusal ??= dialProblem(error);
      this.log("debug", "connection to the API failed", { error: error.message });
    });
    socket.on("close", (code, reason) => this.closed(socket, code, reason.toString()));
  }

  private receive(socket: WebSocket, data: Buffer, isBinary: boolean): void {
    if (socket !== this.socket) return;
    this.heard();
    const frame = isBinary ? undefined : decode(data);
    if (frame === undefined) {
      this.log("error", "the API sent a frame that is not of the protocol");
      socket.close(AGENT_CLOSE.malformed, "malformed frame");
      return;
    }
    if (frame.type === "assignment") {
      if (this.isWelcomed) this.handlers.assigned(frame);
      return;
    }
    if (frame.type !== "welcome") {
      if (this.isWelcomed) this.handlers.asked(frame);
      return;
    }
    if (frame.protocol !== this.protocol) {
      socket.close(AGENT_CLOSE.protocol, `agent speaks protocol ${this.protocol}`);
      return;
    }
    this.isWelcomed = true;
    this.dialsInVain = 0;
    this.backoff.reset();
    this.beat(socket, frame.heartbeatMs);
    this.log("info", "connected to the API", { storeId: frame.storeId });
    this.handlers.welcomed(frame);
  }

  private heard(): void {
    this.heardAt = Date.now();
  }

  private beat(socket: WebSocket, heartbeatMs: number): void {
    clearInterval(this.heartbeat);
    let beatAt = Date.now();
    this.heartbeat = setInterval(() => {
      const now = Date.now();
      // When this process itself was stopped or busy, the silence is its own: listen for one more round.
      const wasAsleep = now - beatAt > 2 * heartbeatMs;
      beatAt = now;
      if (wasAsleep) this.heardAt = now;
      if (now - this.heardAt > 3 * heartbeatMs) {
        this.log("warn", "the API is silent; reconnecting");
        socket.terminate();
        return;
      }
      socket.ping();
    }, heartbeatMs);
  }

  private closed(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    clearInterval(this.heartbeat);
    const wasWelcomed = this.isWelcomed;
    this.isWelcomed = false;
    if (wasWelcomed) this.handlers.lost();
    if (this.isStopped || this.isPaused) return;
    const wasProtocol = this.protocol;
    this.protocol = AGENT_PROTOCOL;
    if (code === AGENT_CLOSE.protocol && wasProtocol > AGENT_PROTOCOL_OLDEST) {
      // An older API, in the middle of an upgrade.
      this.protocol = wasProtocol - 1;
      this.dialIn(0);
      return;
    }
    const refusal = this.refusal ?? explain(code);
    if (refusal !== undefined) this.log("error", refusal, { code, reason });
    else if (wasWelcomed) this.log("warn", "lost the API; wires stay as they are", { code, reason });
    this.at = (this.at + 1) % this.apis.length;
    this.dialsInVain++;
    // The others first; only when none of them answers is there something to wait for.
    if (code !== AGENT_CLOSE.replaced && this.dialsInVain < this.apis.length)
      this.dialIn(Math.random() * NEXT_WITHIN_MS);
    else this.dialIn(refusal === undefined ? this.backoff.next() : this.backoff.slowest());
  }

  private dialIn(delayMs: number): void {
    this.retry = setTimeout(() => this.dial(), delayMs);
  }
}

function explain(code: number): string | undefined {
  if (code === AGENT_CLOSE.protocol)
    return "the API speaks another version of the agent protocol: update the older one";
  if (code === AGENT_CLOSE.installation)
    return "the API belongs to another installation: check --installation and --api";
  if (code === AGENT_CLOSE.replaced)
    return "another agent of this node's name has connected: two agents must not share it";
  if (code === AGENT_CLOSE.identity)
    return "the API does not take this node's join token any more, or it is another node's: check --token-file and --node";
  return undefined;
}

function decode(data: Buffer): ApiToAgent | undefined {
  try {
    const result = ApiToAgent.safeParse(JSON.parse(data.toString("utf8")));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
