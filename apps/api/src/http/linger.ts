import type { FastifyReply, FastifyRequest } from "fastify";

/** How long a client may go on sending what nobody reads. */
const LINGER_MS = 1000;

/**
 * Ends the connection once the answer is out, so that a client that still sends gets to read it:
 * our half is closed, what comes is dropped for a moment, then the rest is cut off. Node alone
 * closes both halves at once, upon which the kernel resets the connection, and a client that reads
 * only after it has sent everything sees a broken pipe instead of the reason.
 */
export function endAfterAnswer(request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) return;
  void reply.header("Connection", "close");
  const { socket } = request.raw;
  socket.destroySoon = () => void socket.end();
  reply.raw.once("finish", () => {
    request.raw.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
}
