import { setTimeout as sleep } from "node:timers/promises";
import { commandResult } from "../host/command.js";

export interface PingAnswer {
  ttl: number;
  rttMs: number;
}

/** One echo request from inside a namespace; undefined when no answer comes within `waitMs`. */
export async function ping(netns: string, address: string, waitMs = 1_000): Promise<PingAnswer | undefined> {
  const args = [`--net=${netns}`, "ping", "-n", "-c", "1", "-W", String(waitMs / 1000), address];
  const { code, stdout } = await commandResult("nsenter", args);
  return code === 0 ? parsePing(stdout) : undefined;
}

/** Reads what ping(8) of iputils or busybox prints for an answer. */
export function parsePing(output: string): PingAnswer | undefined {
  const match = /ttl=(\d+) time=([\d.]+) ms/.exec(output);
  return match === null ? undefined : { ttl: Number(match[1]), rttMs: Number(match[2]) };
}

/** Pings until an answer comes; undefined when none has come within `timeoutMs`. */
export async function pingUntilAnswered(
  netns: string,
  address: string,
  timeoutMs: number,
): Promise<PingAnswer | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ping(netns, address, 300);
    if (answer !== undefined || performance.now() > deadline) return answer;
    await sleep(50);
  }
}
