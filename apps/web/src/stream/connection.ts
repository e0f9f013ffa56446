import { type StreamClientFrame, StreamFrame, WATCHED_LINKS_MAX } from "@ratchet/contracts";
import { backoffMs } from "./backoff.js";

/** From where to go on: nothing asks for a snapshot. */
export interface ResumePoint {
  storeId: string;
  revision: number;
}

export interface StreamHandlers {
  /** Frames in order. May throw to say that the stream makes no sense: it is asked for again from nothing. */
  onFrames: (frames: StreamFrame[]) => void;
  /** A word came, whatever it was. */
  onWord: (at: number) => void;
  /** Nothing came for longer than the server is ever silent, or the connection broke. */
  onSilence: () => void;
  resumePoint: () => ResumePoint | undefined;
}

export interface StreamWorld {
  open: (url: string) => WebSocket;
  now: () => number;
  setTimer: (run: () => void, ms: number) => number;
  clearTimer: (timer: number) => void;
  /** Runs before the next paint, so that a burst of frames is drawn once. */
  nextFrame: (run: () => void) => void;
  random: () => number;
}

export interface Stream {
  stop: () => void;
  /** Asks for telemetry of these links, by uid, in place of those before; said again after every reconnect. */
  watch: (uids: readonly string[]) => void;
}

/** The server's heartbeat comes every second; twice that without a word is silence. */
const SILENCE_MS = 2_000;
/** `WebSocket.OPEN`, which is not there outside browsers. */
const OPEN = 1;

/**
 * Keeps one namespace's stream open until `stop`: reconnects with back-off, resumes
 * from the last revision, and calls silence what is silent although the socket looks open.
 */
export function followStream(namespace: string, handlers: StreamHandlers, world: StreamWorld = browserWorld): Stream {
  let watched: readonly string[] = [];
  let socket: WebSocket | undefined;
  let watchdog: number | undefined;
  let retry: number | undefined;
  let attempt = 0;
  let isStopped = false;
  let mustStartOver = false;
  let queue: StreamFrame[] = [];

  const connect = () => {
    const query = new URLSearchParams({ namespace });
    const point = mustStartOver ? undefined : handlers.resumePoint();
    if (point) {
      query.set("since", String(point.revision));
      query.set("store", point.storeId);
    }
    const own = world.open(`/api/v1/stream?${query}`);
    socket = own;
    own.onmessage = (message) => {
      if (own !== socket) return;
      hear();
      receive(message.data);
    };
    own.onopen = () => {
      if (own === socket && watched.length > 0) tell();
    };
    own.onclose = () => {
      if (own === socket) lost();
    };
    own.onerror = () => own.close();
    watch();
  };

  const tell = () => {
    if (socket?.readyState !== OPEN) return;
    const frame: StreamClientFrame = { type: "watch", links: watched.slice(0, WATCHED_LINKS_MAX) };
    socket.send(JSON.stringify(frame));
  };

  const hear = () => {
    attempt = 0;
    handlers.onWord(world.now());
    watch();
  };

  const watch = () => {
    world.clearTimer(watchdog ?? 0);
    watchdog = world.setTimer(() => {
      socket?.close();
      lost();
    }, SILENCE_MS);
  };

  const lost = () => {
    if (isStopped) return;
    socket = undefined;
    queue = [];
    world.clearTimer(watchdog ?? 0);
    handlers.onSilence();
    world.clearTimer(retry ?? 0);
    retry = world.setTimer(connect, backoffMs(attempt++, world.random));
  };

  const receive = (data: unknown) => {
    const frame = typeof data === "string" ? parseFrame(data) : undefined;
    if (frame === undefined) return startOver("a frame that is not of this protocol");
    queue.push(frame);
    if (queue.length === 1) world.nextFrame(flush);
  };

  const flush = () => {
    const frames = queue;
    queue = [];
    if (isStopped || frames.length === 0) return;
    try {
      handlers.onFrames(frames);
      mustStartOver = false;
    } catch (error) {
      startOver(error instanceof Error ? error.message : String(error));
    }
  };

  const startOver = (why: string) => {
    console.warn(`stream: ${why}; asking for a snapshot`);
    mustStartOver = true;
    const own = socket;
    lost();
    own?.close();
  };

  connect();
  return {
    stop: () => {
      isStopped = true;
      world.clearTimer(watchdog ?? 0);
      world.clearTimer(retry ?? 0);
      socket?.close();
      socket = undefined;
    },
    watch: (uids) => {
      if (uids.length === watched.length && uids.every((uid, index) => uid === watched[index])) return;
      watched = [...uids];
      tell();
    },
  };
}

function parseFrame(text: string): StreamFrame | undefined {
  try {
    const result = StreamFrame.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

const browserWorld: StreamWorld = {
  open: (path) => new WebSocket(new URL(path, window.location.href.replace(/^http/, "ws"))),
  now: () => Date.now(),
  setTimer: (run, ms) => window.setTimeout(run, ms),
  clearTimer: (timer) => window.clearTimeout(timer),
  // A page in the background gets no frames to draw, and must still follow.
  nextFrame: (run) => (document.hidden ? window.setTimeout(run, 50) : requestAnimationFrame(run)),
  random: Math.random,
};
