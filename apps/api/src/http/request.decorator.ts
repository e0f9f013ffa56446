import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Request } from "../state/intents.js";
import { actorOf } from "./actor.js";
import { parseIfMatch } from "./if-match.js";

/** More would not fit into the headers that clients take. */
const MAX_IDS = 100;

/**
 * Who asks, and under which condition. What was recorded is answered in `X-Ratchet-Change`: the
 * ids of the changes, for undo.
 */
export const Asked = createParamDecorator((_data: unknown, context: ExecutionContext): Request => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  const ifMatch = parseIfMatch(headers["if-match"]);
  return {
    actor: actorOf(headers["x-ratchet-actor"]),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    onChanges(ids) {
      if (ids.length > 0 && ids.length <= MAX_IDS) void reply.header("X-Ratchet-Change", ids.join(", "));
    },
  };
});
