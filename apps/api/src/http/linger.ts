import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";

/** How long a client may go on sending what nobody reads, before the answer and after it. */
const LINGER_MS = 1000;
/** How much of it: a body a few times too large is sent to its end, an endless one is not. */
const LINGER_BYTES = 32 * 1024 * 1024;

/**
 * Calls `answer` once the client has sent its request to the end, which is dropped unread, or does
 * not come to one within bounds. Many clients read nothing before they have sent everything, and a
 * connection closed until then is reset: they would see a broken pipe instead of the reason.
 */
export function whenSent(request: IncomingMessage, answer: () => void): void {
  if (request.complete || request.destroyed) {
    answer();
    return;
  }
  let isAnswered = false;
  const once = () => {
    clearTimeout(timer);
    request.off("data", count);
    if (!isAnswered) answer();
    isAnswered = true;
  };
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) once();
  };
  const timer = setTimeout(once, LINGER_MS);
  request.once("end", once).once("close", once).once("error", once);
  request.on("data", count);
}

/** Ends the connection once the answer is out, however much the client still wants to send. */
export function endAfterAnswer(request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) return;
  void reply.header("Connection", "close");
  const { socket } = request.raw;
  reply.raw.once("finish", () => {
    request.raw.resume();
    setTimeout(() => socket?.destroy(), LINGER_MS).unref();
  });
}
