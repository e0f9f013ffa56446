import { setTimeout as sleep } from "node:timers/promises";
import type { StreamFrame } from "@ratchet/contracts";
import { CtlError } from "../ctl-error.js";
import { authorization, tlsProblem } from "./credentials.js";
import { type ServerAddress, webSocketUrl } from "./server-address.js";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
// The API sends a heartbeat far more often; longer silence is a dead connection.
const SILENCE_MS = 10_000;

export interface FollowOptions {
  /** Absent: every namespace. */
  namespace?: string;
  signal: AbortSignal;
  /** Told once each time the connection is lost. */
  onLost?: (why: string) => void;
  onFrame: (frame: StreamFrame) => void;
}

/**
 * Follows the API's stream until the signal; when it is lost, resumes where it was at the next of the servers.
 *
 * Throws CtlError when the very first connection fails at all of them: then the address is wrong, not the network.
 */
export async function follow(servers: readonly ServerAddress[], options: FollowOptions): Promise<void> {
  const { signal, onLost } = options;
  let resume: { storeId: string; revision: number } | undefined;
  let waitMs = FIRST_WAIT_MS;
  let isFirst = true;
  const inVain: string[] = [];
  for (let at = 0; !signal.aborted; at = (at + 1) % servers.length) {
    const server = servers[at]!;
    const query = new URLSearchParams();
    if (options.namespace !== undefined) query.set("namespace", options.namespace);
    if (resume !== undefined) {
      query.set("since", String(resume.revision));
      query.set("store", resume.storeId);
    }
    const why = await connectOnce(server, `/api/v1/stream?${query}`, signal, (frame) => {
      isFirst = false;
      inVain.length = 0;
      waitMs = FIRST_WAIT_MS;
      if (frame.type === "snapshot") resume = { storeId: frame.storeId, revision: frame.revision };
      if (frame.type === "delta" && resume !== undefined) resume = { ...resume, revision: frame.revision };
      options.onFrame(frame);
    });
    if (signal.aborted) return;
    inVain.push(`cannot follow ${server.text}: ${why}`);
    const isRoundOver = inVain.length >= servers.length;
    if (isFirst && isRoundOver) throw new CtlError(inVain.join("\n"));
    if (!isFirst) onLost?.(why);
    if (!isRoundOver) continue;
    await sleep(waitMs, undefined, { signal }).catch(() => {});
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
  }
}

/** One connection; answers why it ended. */
async function connectOnce(
  server: ServerAddress,
  path: string,
  signal: AbortSignal,
  onFrame: (frame: StreamFrame) => void,
): Promise<string> {
  const { WebSocket } = await import("ws");
  return new Promise((resolve) => {
    const socket = new WebSocket(webSocketUrl(server, path), {
      headers: authorization(server),
      ...(server.ca === undefined ? {} : { ca: server.ca }),
    });
    let silence: NodeJS.Timeout | undefined;
    let why = "the connection closed";
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        why = `nothing was heard for ${SILENCE_MS / 1000} s`;
        socket.terminate();
      }, SILENCE_MS);
    };
    const stop = () => socket.terminate();
    signal.addEventListener("abort", stop, { once: true });
    alive();
    socket.on("ping", alive);
    socket.on("message", (data) => {
      alive();
      onFrame(JSON.parse(String(data)) as StreamFrame);
    });
    socket.on("error", (error) => {
      why = refusalOf(error) ?? tlsProblem(error) ?? error.message;
    });
    socket.on("close", (code, reason) => {
      clearTimeout(silence);
      signal.removeEventListener("abort", stop);
      const text = String(reason);
      resolve(text === "" ? why : `${text} (${code})`);
    });
    if (signal.aborted) stop();
  });
}

// package ws says it in words alone (lib/websocket.js, "Unexpected server response").
function refusalOf(error: Error): string | undefined {
  if (error.message.endsWith(": 401")) return "it needs a token: --token-file or RATCHET_TOKEN_FILE names it";
  return error.message.endsWith(": 403") ? "the token is not the operator's" : undefined;
}
