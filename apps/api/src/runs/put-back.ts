import { isDeepStrictEqual } from "node:util";
import { keys, LinkInput } from "@ratchet/contracts";
import { documentOf } from "../state/documents.js";
import type { LinkRecord, Undo } from "../state/records.js";
import type { Bench } from "./bench.js";
import { setState } from "./perform/cut.js";
import { healFaults } from "./perform/fault.js";

type Tools = Pick<Bench, "core" | "namespace" | "actor">;

/** What was done about one change. */
export interface PutBack {
  about: string;
  isOk: boolean;
  message: string;
}

/**
 * Puts back what a run changed, the newest change first: what was there before lies under it. What somebody else has
 * changed since is theirs and stays. Doing it twice does no harm.
 */
export async function putBack(undo: readonly Undo[], tools: Tools, signal: AbortSignal): Promise<PutBack[]> {
  const done: PutBack[] = [];
  // Everything at once first: a fault is what harms, and healing it needs nothing else.
  const faults = undo.flatMap((change) => (change.kind === "fault" ? [change.name] : []));
  done.push(...(await tried("faults", async () => (await healFaults(faults, tools)).map((name) => `healed ${name}`))));
  for (const change of undo.toReversed()) {
    if (change.kind === "fault") continue;
    signal.throwIfAborted();
    const about = change.kind === "pod" ? `pod ${change.pod}` : `link ${change.link}`;
    done.push(...(await tried(about, async () => [await one(change, tools)].flat())));
  }
  return done;
}

async function tried(about: string, act: () => Promise<string[]>): Promise<PutBack[]> {
  try {
    return (await act()).map((message) => ({ about, isOk: true, message }));
  } catch (error) {
    return [{ about, isOk: false, message: (error as Error).message }];
  }
}

/** Empty when there was nothing to do. */
async function one(change: Exclude<Undo, { kind: "fault" }>, tools: Tools): Promise<string[]> {
  const { core, namespace, actor } = tools;
  const { world } = core.mirror;
  if (change.kind === "pod") {
    const pod = world.pod(keys.pod(namespace, change.pod))?.data;
    if (pod === undefined || pod.uid !== change.podUid || world.run(pod).isRunning === change.wasRunning) return [];
    if (change.wasRunning) await core.runs.restart(namespace, change.pod, { actor });
    else await core.runs.kill(namespace, change.pod, { actor });
    return [change.wasRunning ? "restarted" : "killed again"];
  }
  const link = world.link(keys.link(namespace, change.link))?.data;
  if (link === undefined || link.uid !== change.linkUid) return [];
  if (change.kind === "state") {
    if (link.spec.state === "down") return [];
    await setState(change.link, "down", tools);
    return ["down again"];
  }
  const now = link.spec.endpoints[change.endpoint];
  if (isDeepStrictEqual(now, change.before)) return [];
  if (!isDeepStrictEqual(now, change.after)) return ["somebody else has moved it since, and it stays so"];
  await core.intents.update(
    "Link",
    namespace,
    change.link,
    { actor },
    ({ data, modRevision }) => {
      const { spec } = data as LinkRecord;
      const endpoints = spec.endpoints.map((end, index) => (index === change.endpoint ? change.before : end));
      const document = documentOf("Link", data as LinkRecord, modRevision);
      return { kind: "Link", input: LinkInput.parse({ ...document, spec: { ...spec, endpoints } }) };
    },
    "reroute",
  );
  return [`end ${change.endpoint} is at ${change.before.pod}/${change.before.interface} again`];
}
