import { effectOf, type Impairment, type ImpairmentStatus, type Link } from "@ratchet/contracts";
import { objectPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { UsageError } from "../ctl-error.js";
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
  const { from, clear = false } = options;
  if (words.length > 0 && from === undefined) throw new UsageError("--from POD says which direction: what POD sends");
  if (words.length > 0 && clear) throw new UsageError("--clear takes everything away: leave out the rest");
  const before = await context.api.get<Link>(path);
  if (words.length === 0 && !clear) {
    show(context, before);
    return;
  }
  const others = (before.spec.impairments ?? []).filter((one) => from !== undefined && one.from !== from);
  const known = before.spec.impairments?.find((one) => one.from === from);
  const own = clear || from === undefined ? [] : merged(from, known, change);
  const link = await context.api.patch<Link>(path, { spec: { impairments: [...others, ...own] } });
  if (options.wait) await waitFor(context, [settledTarget(link)], options.timeout);
  show(context, options.wait ? await context.api.get<Link>(path) : link);
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
  for (const direction of directions) line(context, textOf(direction));
}

function textOf({ from, asked, effective, engine, state, actual, message }: ImpairmentStatus): string {
  const parts = [`from ${from}: ${state}`];
  if (asked !== null) parts.push(`asked ${fieldsText(asked)}`);
  if (effective !== null && fieldsText(effective) !== fieldsText(asked ?? {})) {
    parts.push(`with faults ${fieldsText(effective)}`);
  }
  if (engine !== null && engine !== "none") parts.push(`${engine} has ${fieldsText(actual ?? {})}`);
  if (message !== "") parts.push(message);
  return parts.join("; ");
}

function fieldsText(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}
