import { agreement, compare, type EffectiveImpairment, type ImpairmentStatus, sendersOf } from "@ratchet/contracts";
import type { ResolvedLink } from "../resolve/resolve-link.js";
import type { MeasuredLink } from "../telemetry/measures.js";

/**
 * Puts what was measured beside what is in force. `measuredOf` answers what was measured while just this was. Pure.
 *
 * Nothing is compared while a direction is not as asked: its own state says so.
 */
export function withMeasured(
  impairments: ImpairmentStatus[],
  { link, ends }: ResolvedLink,
  measuredOf: (inForce: string) => MeasuredLink | undefined,
): ImpairmentStatus[] {
  if (impairments.length === 0 || impairments.some(({ state }) => state !== "active")) return impairments;
  const inForce = JSON.stringify([
    impairments.map(({ from, effective }) => [from, effective]),
    ends.map(({ node, pod, end }) => [node, pod?.uid, end.interface]),
  ]);
  const found = measuredOf(inForce);
  if (found === undefined) return impairments;
  const { endpoints } = link.spec;
  const effective = ([0, 1] as const).map(
    (sender): EffectiveImpairment | null =>
      impairments.find(({ from }) => sendersOf(endpoints, from)[0] === sender)?.effective ?? null,
  );
  return impairments.map((status) => {
    const sender = sendersOf(endpoints, status.from)[0] ?? 0;
    const other = sender === 0 ? 1 : 0;
    const { roundTripMs, baseMs, jitterMs, lossPercent, echoes, roundTrips, rateOverMs } = found;
    const measured = {
      ...{ roundTripMs, baseMs, jitterMs, lossPercent, echoes },
      rateKbit: found.rateKbit[sender],
      at: new Date(found.atMs).toISOString(),
    };
    const samples = { measured, roundTrips, rateOverMs, otherRateKbit: found.rateKbit[other] };
    const compared = compare([effective[sender] ?? null, effective[other] ?? null], samples);
    return { ...status, measured, compared, agrees: agreement(compared) };
  });
}
