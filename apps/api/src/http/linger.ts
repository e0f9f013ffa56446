import type { FastifyReply, FastifyRequest } from "fastify";

/** How long a client that still sends may go on, so that it gets to read the answer. */
const LINGER_MS = 1000;

/**
 * Ends the connection once the answer is out: what a client still wants to send is dropped
 * unread for a moment (closing at once would reset the connection and lose the answer), then cut off.
 */
export function endAfterAnswer(request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) return;
  void reply.header("Connection", "close");
  const { socket } = request.raw;
  reply.raw.once("finish", () => {
    request.raw.resume();
    setTimeout(() => socket?.destroy(), LINGER_MS).unref();
  });
}
