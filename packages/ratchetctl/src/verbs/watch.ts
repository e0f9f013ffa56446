import type { StreamFrame, StreamItem } from "@ratchet/contracts";
import { follow } from "../api/follow.js";
import { type Context, line } from "../context.js";
import { endText } from "../output/link-text.js";
import { phaseColour } from "../output/paint.js";

export interface WatchOptions {
  allNamespaces?: boolean;
}

/** Prints what happens, line by line, until Ctrl+C; connects again when the connection is lost. */
export async function watch(context: Context, options: WatchOptions): Promise<void> {
  const { streams } = context;
  const shown = new Map<string, string>();
  await follow(context.api.servers, {
    ...(options.allNamespaces === true ? {} : { namespace: context.namespace }),
    signal: streams.interrupt(),
    onLost: (why) => streams.err(`connection lost: ${why}; trying again\n`),
    onFrame: (frame) => {
      if (context.isJson) return frame.type === "heartbeat" ? undefined : line(context, JSON.stringify(frame));
      for (const text of describe(context, frame, shown)) line(context, text);
    },
  });
}

function describe(context: Context, frame: StreamFrame, shown: Map<string, string>): string[] {
  if (frame.type === "event") {
    const { severity, reason, message } = frame.event;
    return [stamp(context.paint(severity === "warning" ? "yellow" : "cyan", reason), message)];
  }
  if (frame.type === "snapshot") {
    // After a reconnect everything comes again: only what differs from what was shown is news.
    const keys = new Set(frame.items.map(keyOf));
    const gone = [...shown.keys()].filter((key) => !keys.has(key));
    for (const key of gone) shown.delete(key);
    return [...frame.items.flatMap((item) => news(context, item, shown)), ...gone.map((key) => stamp("deleted", key))];
  }
  if (frame.type !== "delta") return [];
  const gone = frame.deletes.map(
    ({ kind, namespace, name }) => `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`,
  );
  for (const key of gone) shown.delete(key);
  return [
    ...frame.upserts.flatMap((item) => news(context, item, shown)),
    ...gone.map((key) => stamp(context.paint("red", "deleted"), key)),
  ];
}

function news(context: Context, item: StreamItem, shown: Map<string, string>): string[] {
  const key = keyOf(item);
  const text = `${context.paint(phaseColour(item.status.phase), item.status.phase)}${detailOf(item)}`;
  if (shown.get(key) === text) return [];
  shown.set(key, text);
  return [stamp(key, text)];
}

function detailOf(item: StreamItem): string {
  if (item.kind === "Pod") return item.status.node === null ? "" : ` on ${item.status.node}`;
  if (item.kind === "Node") return "";
  if (item.kind === "Fault") {
    const { links, ended, endsAt } = item.status;
    return ` ${item.spec.action.type} on ${links.length} links, ${ended ?? `until ${endsAt}`}`;
  }
  const ends = [endText(item, 0), endText(item, 1)].join(" -- ");
  const wire = item.status.vni === null ? (item.status.transport ?? "") : `${item.status.transport} ${item.status.vni}`;
  return ` ${ends}${wire === "" ? "" : ` (${wire})`}`;
}

function keyOf(item: StreamItem): string {
  return `${item.kind} ${item.kind === "Node" ? "" : `${item.metadata.namespace}/`}${item.metadata.name}`;
}

const stamp = (what: string, text: string) => `${new Date().toISOString().slice(11, 23)}  ${what}  ${text}`;
