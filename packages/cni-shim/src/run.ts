import { CNI_DEADLINE_SECONDS, CNI_ERROR } from "@ratchet/contracts/cni-names";
import { Agent } from "./agent.js";
import { add } from "./commands/add.js";
import { check } from "./commands/check.js";
import type { Context } from "./commands/context.js";
import { del } from "./commands/del.js";
import { gc } from "./commands/gc.js";
import { status } from "./commands/status.js";
import { version } from "./commands/version.js";
import { type Command, needVariables, readAttachment, readCommand } from "./config/environment.js";
import { decodeConfig, type JsonObject, readConfig } from "./config/node-config.js";
import { type CniVersion, isAtLeast, isVersion } from "./config/version.js";
import { CniError } from "./error.js";
import { Deadline, deadlineError } from "./host/deadline.js";
import type { Host } from "./host/host.js";

const MAX_STDIN_BYTES = 4 * 1024 * 1024;
const STDIN_TIMEOUT_MS = 10_000;

/** Since when a command is part of the specification. */
const SINCE: Partial<Record<Command, CniVersion>> = { CHECK: "0.4.0", GC: "1.1.0", STATUS: "1.1.0" };

/**
 * One run of the plugin, CNI SPEC 1.1; returns the exit status.
 *
 * Whatever happens, stdout has one JSON document or nothing (success of a command without result).
 */
export async function run(host: Host): Promise<number> {
  const startedAtMs = host.nowMs();
  let answerVersion: CniVersion = "1.1.0";
  try {
    const command = readCommand(host.env);
    needVariables(command, host.env);
    const raw = decodeConfig(await readStdin(host));
    if (isVersion(raw.cniVersion)) answerVersion = raw.cniVersion;
    const answer = command === "VERSION" ? version(raw) : await dispatch(host, command, raw, startedAtMs);
    if (answer !== undefined) await host.writeStdout(`${JSON.stringify(answer)}\n`);
    return 0;
  } catch (error) {
    const { code, message, details } = asCniError(host, error);
    await host.writeStdout(`${JSON.stringify({ cniVersion: answerVersion, code, msg: message, details })}\n`);
    return 1;
  }
}

async function dispatch(
  host: Host,
  command: Exclude<Command, "VERSION">,
  raw: JsonObject,
  startedAtMs: number,
): Promise<JsonObject | undefined> {
  const config = readConfig(raw);
  const since = SINCE[command];
  if (since !== undefined && !isAtLeast(config.cniVersion, since)) {
    const message = `${command} needs a configuration of version ${since} or later`;
    throw new CniError(CNI_ERROR.incompatibleVersion, message, `this one says ${config.cniVersion}`);
  }
  const deadline = new Deadline(host.nowMs, config.deadlineMs, startedAtMs);
  const context: Context = { host, config, agent: new Agent(host.agent, config.agentSocket), deadline };
  const work = perform(context, command);
  // The last resort: each call in `work` has a limit of its own.
  return within(host, deadline.left(), work, () => deadlineError(command));
}

async function perform(context: Context, command: Exclude<Command, "VERSION">): Promise<JsonObject | undefined> {
  switch (command) {
    case "ADD":
      return add(context, readAttachment(context.host.env));
    case "DEL":
      await del(context, readAttachment(context.host.env));
      return undefined;
    case "CHECK":
      await check(context, readAttachment(context.host.env));
      return undefined;
    case "GC":
      await gc(context);
      return undefined;
    case "STATUS":
      await status(context);
      return undefined;
  }
}

function readStdin(host: Host): Promise<string> {
  const timeoutMs = Math.min(STDIN_TIMEOUT_MS, CNI_DEADLINE_SECONDS * 1000);
  const reading = host.readStdin(MAX_STDIN_BYTES).catch((error: unknown) => {
    throw new CniError(CNI_ERROR.io, "cannot read the network configuration from stdin", String(error));
  });
  return within(host, timeoutMs, reading, () => new CniError(CNI_ERROR.io, "stdin does not end"));
}

function within<T>(host: Host, timeoutMs: number, work: Promise<T>, onTimeout: () => Error): Promise<T> {
  const timeout = host.sleep(timeoutMs).then(() => {
    throw onTimeout();
  });
  return Promise.race([work, timeout]);
}

function asCniError(host: Host, error: unknown): CniError {
  if (error instanceof CniError) return error;
  host.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new CniError(CNI_ERROR.internal, "ratchet met what it did not expect", "the runtime's log has it");
}
