import type { PingReply, PingResult } from "@ratchet/contracts";

/** What ping(8) prints at its end, from the fate of each request. */
export function summarize(address: string, replies: readonly PingReply[]): PingResult {
  const rtts = replies.flatMap(({ rttMs }) => rttMs ?? []);
  const sent = replies.length;
  return {
    address,
    sent,
    received: rtts.length,
    lossPercent: sent === 0 ? 0 : ((sent - rtts.length) * 100) / sent,
    rttMs: rtts.length === 0 ? null : spread(rtts),
    replies: [...replies],
  };
}

function spread(rtts: readonly number[]): NonNullable<PingResult["rttMs"]> {
  const avg = rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length;
  const variance = rtts.reduce((sum, rtt) => sum + (rtt - avg) ** 2, 0) / rtts.length;
  return { min: Math.min(...rtts), avg, max: Math.max(...rtts), mdev: Math.sqrt(variance) };
}
