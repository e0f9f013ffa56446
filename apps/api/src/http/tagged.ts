import type { FastifyReply } from "fastify";
import { etag } from "./if-match.js";

/** The object as the answer, its revision as the answer's `ETag`. */
export function tagged<T extends { metadata: { revision: number } }>(object: T, reply: FastifyReply): T {
  void reply.header("ETag", etag(object.metadata.revision));
  return object;
}
