import {
  effectOf,
  type Impairment,
  type ImpairmentStatus,
  type Link,
  lastingName,
  nameOfSender,
  sendersOf,
} from "@ratchet/contracts";
import { objectPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";
import { impairmentText } from "../output/impairment-text.js";
import { settledTarget, waitFor } from "../settle.js";
import { readImpairmentWords } from "./impair-words.js";
import type { WaitOptions } from "./link-state.js";

export interface ImpairOptions extends WaitOptions {
  from?: string;
  clear?: boolean;
}

/** Changes what one direction of a link suffers; without words and --clear, says what each does. */
export async function impair(context: Context, name: string, words: readonly string[], options: ImpairOptions) {
  const path = objectPath("links", context.namespace, name);
  const change = readImpairmentWords(words);
  const { clear = false } = options;
  if (words.length > 0 && options.from === undefined)
    throw new UsageError("--from POD says which direction: what POD sends");
  if (words.length > 0 && clear) throw new UsageError("--clear takes everything away: leave out the rest");
  const before = await context.api.get<Link>(path);
  if (words.length === 0 && !clear) {
    show(context, before);
    return;
  }
  const from = options.from === undefined ? undefined : directionOf(before, options.from);
  const isMeant = (one: Impairment) => directionOf(before, one.from) === from;
  const others = (before.spec.impairments ?? []).filter((one) => from !== undefined && !isMeant(one));
  const known = before.spec.impairments?.find(isMeant);
  const own = clear || from === undefined ? [] : merged(from, known, change);
  const link = await context.api.patch<Link>(path, { spec: { impairments: [...others, ...own] } });
  if (options.wait) await waitFor(context, [settledTarget(link)], options.timeout);
  show(context, options.wait ? await context.api.get<Link>(path) : link);
}

/** One name for each direction: of a pod that labels have chosen its place, which the next one takes over. */
function directionOf({ spec: { endpoints }, status }: Link, from: string): string {
  const pods = status.endpoints.map(({ pod }) => pod);
  const name = lastingName(endpoints, pods, from);
  const [sender, other] = sendersOf(endpoints, name);
  return sender === undefined || other !== undefined ? name : nameOfSender(endpoints, sender);
}

/** One figure changes one figure; a loss replaces bursts and the other way round. */
function merged(from: string, known: Impairment | undefined, change: Omit<Partial<Impairment>, "from">): Impairment[] {
  const { from: _from, ...kept } = known ?? { from };
  if (change.lossBurst !== undefined) delete kept.lossPercent;
  if (change.lossPercent !== undefined) delete kept.lossBurst;
  const effect = effectOf({ ...kept, ...change });
  return effect === null ? [] : [{ from, ...effect }];
}

function show(context: Context, link: Link): void {
  if (context.isJson) {
    json(context, link);
    return;
  }
  const directions = link.status.impairments ?? [];
  if (directions.length === 0) line(context, `Link ${context.namespace}/${link.metadata.name} is not impaired`);
  for (const direction of directions)
    line(context, `from ${senderText(direction, link)}: ${impairmentText(direction)}`);
}

/** Of an end that is chosen by labels, the pod it has now as well. */
function senderText({ from }: ImpairmentStatus, link: Link): string {
  const [sender] = sendersOf(link.spec.endpoints, from);
  const chosen = from.startsWith("*") && sender !== undefined ? link.status.endpoints[sender]?.pod : undefined;
  return chosen == null ? from : `${from} (${chosen} now)`;
}
