import {
  AGENT_CLOSE,
  AGENT_PROTOCOL,
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
  hello(): AgentHello;
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

/**
 * The agent's one WebSocket to the API. Dials again for ever, says hello each time, keeps the heartbeat in both
 * directions. A close that asking again cannot mend (protocol, installation) is said clearly and tried slowly.
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

  constructor(
    private readonly api: string,
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
      this.retry = setTimeout(() => this.dial(), this.backoff.slowest());
      return;
    }
    const socket = new WebSocket(apiSocketUrl(this.api), {
      ...options,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.socket = socket;
    socket.on("open", () => {
      this.heardAt = Date.now();
      socket.send(JSON.stringify(this.handlers.hello()));
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
    if (frame.protocol !== AGENT_PROTOCOL) {
      socket.close(AGENT_CLOSE.protocol, `agent speaks protocol ${AGENT_PROTOCOL}`);
      return;
    }
    this.isWelcomed = true;
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
    const refusal = this.refusal ?? explain(code);
    if (refusal !== undefined) this.log("error", refusal, { code, reason });
    else if (wasWelcomed) this.log("warn", "lost the API; wires stay as they are", { code, reason });
    this.retry = setTimeout(() => this.dial(), refusal === undefined ? this.backoff.next() : this.backoff.slowest());
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
