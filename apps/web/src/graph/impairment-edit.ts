import {
  type Endpoint,
  type Impairment,
  type ImpairmentFields,
  nameOfSender,
  type Sender,
  sendersOf,
} from "@ratchet/contracts";

/** One field of one direction; undefined takes it away. */
export type FieldChange = {
  [K in keyof ImpairmentFields]-?: { way: Sender; field: K; value: ImpairmentFields[K] | undefined };
}[keyof ImpairmentFields];

/** What a Link asks for in one direction. */
export function askedOf(
  endpoints: readonly Endpoint[],
  impairments: readonly Impairment[] | undefined,
  way: Sender,
): Partial<ImpairmentFields> {
  const found = impairments?.find(({ from }) => sendersOf(endpoints, from)[0] === way);
  if (found === undefined) return {};
  const { from: _from, ...fields } = found;
  return fields;
}

/**
 * The impairments with some fields changed and all else as it was. 0 takes a field away, and a
 * direction without fields goes; what only served such a field goes with it.
 */
export function withChanges(
  endpoints: readonly Endpoint[],
  impairments: readonly Impairment[] | undefined,
  changes: readonly FieldChange[],
): Impairment[] {
  const ways = ([0, 1] as const).map((way) => ({ ...askedOf(endpoints, impairments, way) }));
  for (const { way, field, value } of changes) {
    const fields = ways[way];
    if (fields === undefined) continue;
    if (value === undefined || value === 0) delete fields[field];
    else Object.assign(fields, { [field]: value });
  }
  return ways.flatMap((fields, way) => {
    for (const [field, other] of SERVANTS) if (!fields[other]) delete fields[field];
    const isAsking = Object.keys(fields).some((field) => field !== "engine" && field !== "queueFrames");
    return isAsking ? [{ from: nameOfSender(endpoints, way as Sender), ...fields }] : [];
  });
}

/** Means nothing without the other, and is refused then. */
const SERVANTS: [keyof ImpairmentFields, keyof ImpairmentFields][] = [
  ["jitterDistribution", "jitterMs"],
  ["delayCorrelationPercent", "jitterMs"],
  ["lossCorrelationPercent", "lossPercent"],
  ["reorderCorrelationPercent", "reorderPercent"],
  ["reorderGap", "reorderPercent"],
  ["burstBytes", "rateKbit"],
];
