import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from "@nestjs/common";
import { fieldErrors, type Session, SessionRequest } from "@ratchet/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../http/problem-error.js";
import { isFromUnixSocket } from "../http/unix-connections.js";
import { Gate, unauthorized } from "./gate.js";
import type { OpenSession } from "./sessions.js";

/** Lets a browser in, which keeps the token nowhere: it gets a cookie that scripts cannot read. */
@Controller("api/v1/session")
export class SessionController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  read(@Req() { raw }: FastifyRequest): Session {
    if (!this.#gate.needsToken || isFromUnixSocket(raw)) return answer(false);
    return answer(true, this.#gate.sessionOf(raw));
  }

  /** @throws ProblemError Unauthorized, Invalid */
  @Post()
  @HttpCode(200)
  begin(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Session {
    const request = SessionRequest.safeParse(body);
    if (!request.success) throw refuse("Invalid", fieldErrors(request.error));
    if (!this.#gate.needsToken) return answer(false);
    const entry = this.#gate.entryOf(request.data.token.trim());
    if (entry === undefined) throw unauthorized("this API does not know that token");
    if (entry.role !== "operator")
      throw unauthorized(`that token is of role ${entry.role}: the page needs the operator's`);
    const { cookie, session } = this.#gate.sessions.begin(entry, Date.now());
    void reply.header("Set-Cookie", cookie);
    return answer(true, session);
  }

  @Delete()
  end(@Res({ passthrough: true }) reply: FastifyReply): Session {
    void reply.header("Set-Cookie", this.#gate.sessions.end());
    return answer(this.#gate.needsToken);
  }
}

function answer(needsToken: boolean, session?: OpenSession): Session {
  return {
    needsToken,
    isSignedIn: session !== undefined,
    expiresAt: session === undefined ? null : new Date(session.expiresAtMs).toISOString(),
  };
}
