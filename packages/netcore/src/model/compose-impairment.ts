import { type EffectiveImpairment, effectOf } from "@ratchet/contracts";

type Delay = Pick<EffectiveImpairment, "delayMs" | "jitterMs" | "jitterDistribution" | "delayCorrelationPercent">;
type Loss = Pick<EffectiveImpairment, "lossPercent" | "lossCorrelationPercent" | "lossBurst">;
type Rate = Pick<EffectiveImpairment, "rateKbit" | "burstBytes" | "queueFrames">;

/**
 * Everything that acts on one direction as one impairment, or null when nothing does.
 *
 * Delays add, jitter is the root of the summed squares, chances combine as 1-(1-p)(1-q), the lowest rate and the
 * lowest mtu hold, a black hole wins. What only one part can say (distribution, correlations, a burst model, the
 * engine) comes from the part that weighs most, the first of equals. 0 means absent, and absent fields are left out:
 * so the order of the parts does not matter to any figure, and a part taken away leaves what the others ask for.
 */
export function composeImpairment(
  parts: readonly (EffectiveImpairment | null | undefined)[],
): EffectiveImpairment | null {
  const acting = parts.filter((part) => part !== null && part !== undefined);
  const composed = effectOf({
    ...composeDelay(acting),
    ...composeLoss(acting),
    ...composeReorder(acting),
    ...composeRate(acting),
    duplicatePercent: anyOf(acting.map((part) => part.duplicatePercent)),
    corruptPercent: anyOf(acting.map((part) => part.corruptPercent)),
    mtu: lowest(acting.map((part) => part.mtu)),
    blackhole: acting.some((part) => part.blackhole === true),
  });
  if (composed === null) return null;
  const engine = acting.find((part) => part.engine !== undefined && part.engine !== "auto")?.engine;
  return engine === undefined ? composed : { ...composed, engine };
}

function composeDelay(parts: readonly EffectiveImpairment[]): Delay {
  const shape = heaviest(parts, (part) => part.jitterMs ?? 0);
  return {
    delayMs: parts.reduce((sum, part) => sum + (part.delayMs ?? 0), 0),
    jitterMs: Math.hypot(...parts.map((part) => part.jitterMs ?? 0)),
    ...(shape?.jitterDistribution === undefined ? {} : { jitterDistribution: shape.jitterDistribution }),
    delayCorrelationPercent: shape?.delayCorrelationPercent ?? 0,
  };
}

/** A burst model keeps its own good and bad states; independent losses are added to the loss within each. */
function composeLoss(parts: readonly EffectiveImpairment[]): Loss {
  const bursts = parts.filter((part) => part.lossBurst !== undefined);
  const model = heaviest(bursts, meanBurstLoss)?.lossBurst;
  // Two chains cannot be one chain: the milder one acts by its mean.
  const others = bursts.filter((part) => part.lossBurst !== model).map(meanBurstLoss);
  const independent = anyOf([...parts.map((part) => part.lossPercent), ...others]);
  if (model === undefined) {
    const shape = heaviest(parts, (part) => part.lossPercent ?? 0);
    return { lossPercent: independent, lossCorrelationPercent: shape?.lossCorrelationPercent ?? 0 };
  }
  return {
    lossBurst: {
      ...model,
      badLossPercent: anyOf([model.badLossPercent, independent]),
      goodLossPercent: anyOf([model.goodLossPercent, independent]),
    },
  };
}

function composeReorder(
  parts: readonly EffectiveImpairment[],
): Pick<EffectiveImpairment, "reorderPercent" | "reorderCorrelationPercent" | "reorderGap"> {
  const shape = heaviest(parts, (part) => part.reorderPercent ?? 0);
  return {
    reorderPercent: anyOf(parts.map((part) => part.reorderPercent)),
    reorderCorrelationPercent: shape?.reorderCorrelationPercent ?? 0,
    reorderGap: shape?.reorderGap ?? 0,
  };
}

/** Burst and queue belong to the rate that holds; a queue asked for without any rate still bounds a delay. */
function composeRate(parts: readonly EffectiveImpairment[]): Rate {
  const rateKbit = lowest(parts.map((part) => part.rateKbit));
  const holding = parts.find((part) => part.rateKbit !== undefined && part.rateKbit > 0 && part.rateKbit === rateKbit);
  return {
    rateKbit,
    burstBytes: holding?.burstBytes ?? 0,
    queueFrames: holding?.queueFrames || lowest(parts.map((part) => part.queueFrames)),
  };
}

/** Mean loss of a Gilbert-Elliott chain, percent: its states weigh r/(p+r) and p/(p+r). */
function meanBurstLoss({ lossBurst }: EffectiveImpairment): number {
  if (lossBurst === undefined) return 0;
  const { pPercent, rPercent, badLossPercent, goodLossPercent } = lossBurst;
  if (pPercent + rPercent === 0) return goodLossPercent;
  return (goodLossPercent * rPercent + badLossPercent * pPercent) / (pPercent + rPercent);
}

/** The chance, in percent, that at least one of independent chances comes true. */
function anyOf(percents: readonly (number | undefined)[]): number {
  const present = percents.filter((percent) => percent !== undefined && percent > 0) as number[];
  // One alone stays to the last digit, which 1-(1-p) would not.
  if (present.length <= 1) return present[0] ?? 0;
  return 100 * (1 - present.reduce((spared, percent) => spared * (1 - percent / 100), 1));
}

/** 0 is not a limit. */
function lowest(limits: readonly (number | undefined)[]): number {
  const present = limits.filter((limit) => limit !== undefined && limit > 0) as number[];
  return present.length === 0 ? 0 : Math.min(...present);
}

function heaviest(
  parts: readonly EffectiveImpairment[],
  weigh: (part: EffectiveImpairment) => number,
): EffectiveImpairment | undefined {
  return parts.reduce<EffectiveImpairment | undefined>(
    (best, part) => (best === undefined || weigh(part) > weigh(best) ? part : best),
    undefined,
  );
}
