import type { Fault, Link, Pod, StreamItem } from "@ratchet/contracts";
import { follow } from "./api/follow.js";
import type { Context } from "./context.js";
import { CtlError } from "./ctl-error.js";
import { whyOf } from "./output/resources.js";

/** What an object has to come to. `revision`: the intent its status has to have taken in. */
export interface Target {
  kind: "Pod" | "Link";
  namespace: string;
  name: string;
  want: "settled" | "gone-pod" | "absent";
  revision?: number;
}

/**
 * Follows the stream until every target is there, with progress on stderr.
 *
 * Throws CtlError naming what is not when `timeoutSeconds` are over, and at once when an object is in Error.
 */
export async function waitFor(context: Context, targets: readonly Target[], timeoutSeconds: number): Promise<void> {
  if (targets.length === 0) return;
  const items = new Map<string, StreamItem>();
  const progress = progressOn(context);
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const done = new AbortController();
  const interrupted = context.streams.interrupt();
  const signal = AbortSignal.any([timeout, done.signal, interrupted]);
  let isSettled = false;
  let failure: string | undefined;
  const look = () => {
    const open = targets.filter((target) => !isThere(target, items.get(keyOf(target))));
    progress(targets.length - open.length, targets.length);
    const broken = open.map((target) => items.get(keyOf(target))).find((item) => isBroken(item));
    if (broken !== undefined) failure = describe(broken);
    isSettled = open.length === 0;
    if (isSettled || failure !== undefined) done.abort();
  };
  await follow(context.api.servers, {
    signal,
    onFrame: (frame) => {
      if (frame.type === "snapshot") items.clear();
      if (frame.type === "snapshot") for (const item of frame.items) items.set(keyOfItem(item), item);
      if (frame.type === "delta") {
        for (const item of frame.upserts) items.set(keyOfItem(item), item);
        for (const gone of frame.deletes) items.delete(keyOf({ ...gone, namespace: gone.namespace ?? "" }));
      }
      if (frame.type === "snapshot" || frame.type === "delta") look();
    },
  });
  progress.end();
  if (isSettled) return;
  if (failure !== undefined) throw new CtlError(failure);
  if (interrupted.aborted) throw new CtlError("interrupted; what was asked stays asked");
  const open = targets.filter((target) => !isThere(target, items.get(keyOf(target))));
  const lines = open.slice(0, 20).map((target) => {
    const item = items.get(keyOf(target));
    return `\n  ${item === undefined ? `${target.kind} ${target.namespace}/${target.name}: not seen` : describe(item)}`;
  });
  throw new CtlError(`not settled after ${timeoutSeconds} s (it goes on; --no-wait does not wait):${lines.join("")}`);
}

/** True when the object has come to what is wanted of it. */
export function isThere(target: Target, item: StreamItem | undefined): boolean {
  if (target.want === "absent") return item === undefined;
  if (item === undefined || item.kind === "Node") return false;
  if (item.metadata.revision < (target.revision ?? 0)) return false;
  if (item.kind === "Pod") return item.status.phase === (target.want === "gone-pod" ? "Gone" : "Ready");
  if (item.kind === "Fault") return item.status.phase === "Active" || item.status.phase === "Ended";
  // Without an agent's word an impairment may not be in force yet.
  if (item.status.impairments?.some(({ state }) => state === "pending")) return false;
  const isCurrent = item.status.observedRevision >= item.metadata.revision;
  return isCurrent && item.status.phase === (item.spec.state === "down" ? "Down" : "Up");
}

function isBroken(item: StreamItem | undefined): boolean {
  if (item?.kind !== "Link") return false;
  return item.status.phase === "Error" && item.status.observedRevision >= item.metadata.revision;
}

function describe(item: StreamItem): string {
  if (item.kind === "Node") return item.metadata.name;
  const why = item.kind === "Link" ? whyOf(item) : item.kind === "Pod" ? item.status.message : whyOfFault(item);
  const { namespace, name } = item.metadata;
  return `${item.kind} ${namespace}/${name}: ${item.status.phase}${why === "" ? "" : ` (${why})`}`;
}

function whyOfFault({ status }: Fault): string {
  return status.nodes.flatMap(({ node, message }) => (message === "" ? [] : [`${node}: ${message}`])).join("; ");
}

function progressOn({ streams }: Context): ((there: number, all: number) => void) & { end: () => void } {
  let last = "";
  const show = (there: number, all: number) => {
    const text = `settled ${there}/${all}`;
    if (text === last || all === 1) return;
    last = text;
    if (streams.isErrTty) streams.err(`\r${text}`);
  };
  return Object.assign(show, { end: () => streams.isErrTty && last !== "" && streams.err("\r\x1b[K") });
}

const keyOf = (of: { kind: string; namespace: string; name: string }) => `${of.kind} ${of.namespace}/${of.name}`;
const keyOfItem = (item: StreamItem) =>
  keyOf({ kind: item.kind, namespace: item.kind === "Node" ? "" : item.metadata.namespace, name: item.metadata.name });

/** The target an answered object stands for. */
export function settledTarget(object: Link | Pod): Target {
  const { namespace, name, revision } = object.metadata;
  return { kind: object.kind, namespace, name, want: "settled", revision };
}
