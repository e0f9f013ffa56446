import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { FastifyRequest } from "fastify";
import type { Request } from "../state/intents.js";
import { actorOf } from "./actor.js";
import { parseIfMatch } from "./if-match.js";

/** Who asks, and under which condition. */
export const Asked = createParamDecorator((_data: unknown, context: ExecutionContext): Request => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const ifMatch = parseIfMatch(headers["if-match"]);
  return { actor: actorOf(headers["x-ratchet-actor"]), ...(ifMatch === undefined ? {} : { ifMatch }) };
});
