import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../schedule/operation.js";
import { conflictsIn, faultsOf } from "./admission.js";
import { mergePatch } from "./merge-patch.js";
import { withRevert } from "./revert.js";
import { changeRun } from "./runs.js";
import {
  type Document,
  documentOf,
  type Held,
  type Kind,
  keyOf,
  type LinkDocument,
  linksOf,
  type ModelChange,
  type World,
} from "./world.js";

/** An operation whose references into the history are resolved. */
export type Resolved = Exclude<Operation, { op: "revert" }> | { op: "revert"; change: ModelChange };

/** What the API has to answer, or may: where only an agent's speed decides, both are right. */
export interface Verdict {
  /** The world after it, and what its history must say; undefined when it has to be refused. */
  accepted: { world: World; changes: ModelChange[] } | undefined;
  /** The codes of the refusals that are right; empty when it has to be accepted. */
  refusals: string[];
}

/** One object that shall become `after`, or go. */
export interface Edit {
  kind: Kind;
  namespace: string;
  name: string;
  verb: ModelChange["verb"];
  after: Document | null;
}

const SET_LABEL = "ratchet.network/set";

/** Says what an accepted operation makes of the world and which are refused. Pure. */
export function perform(world: World, operation: Resolved): Verdict {
  switch (operation.op) {
    case "create": {
      const { document } = operation;
      if (world.objects.has(keyOf(document))) return refuse("AlreadyExists", ...faults(document));
      return withEdits(world, [editTo(document, "create")]);
    }
    case "replace": {
      const { document } = operation;
      if (!world.objects.has(keyOf(document))) return refuse("NotFound", ...faults(document));
      return withEdits(world, [editTo(document, "update")]);
    }
    case "patch": {
      const held = world.objects.get(keyOf(operation));
      if (held === undefined) return refuse("NotFound");
      const patched = { ...documentOf(held), spec: mergePatch(held.spec, operation.patch) } as Document;
      if (operation.isStale) return refuse("Stale");
      return withEdits(world, [editTo(patched, "update")]);
    }
    case "delete": {
      const held = world.objects.get(keyOf(operation));
      if (held === undefined) return refuse("NotFound");
      return withEdits(world, [{ ...named(held), verb: "delete", after: null }]);
    }
    case "reroute": {
      const held = world.objects.get(keyOf({ ...operation, kind: "Link" }));
      if (held === undefined) return refuse("NotFound");
      return withEdits(world, [editTo(rerouted(held as Held<LinkDocument>, operation), "reroute")]);
    }
    case "kill":
    case "restart":
      return changeRun(world, operation.op, operation);
    case "apply":
      return withEdits(world, applied(world, operation));
    case "revert":
      return withRevert(world, operation.change);
  }
}

/** A round is over: every agent has confirmed what it no longer has. */
export function settled(world: World): World {
  // Between the same nodes a link keeps its tunnel, and so its number, when nobody says any more which it shall be.
  const unsaid = new Set(linksOf(world).flatMap(({ uid, spec }) => (spec.vni === undefined ? [uid] : [])));
  return { ...world, resting: new Map([...world.resting].filter(([, uid]) => unsaid.has(uid))) };
}

/** Carries out edits together: all of them or none. */
export function withEdits(world: World, edits: readonly Edit[]): Verdict {
  const refusals = new Set<string>();
  const changes: ModelChange[] = [];
  const objects = new Map(world.objects);
  const runs = new Map(world.runs);
  let { nextUid } = world;
  for (const edit of edits) {
    const key = keyOf(edit);
    const before = objects.get(key);
    const { after } = edit;
    if (isDeepStrictEqual(before && documentOf(before), after ?? undefined)) continue;
    if (after !== null) for (const code of faults(after)) refusals.add(code);
    if (after === null) {
      objects.delete(key);
      runs.delete(key);
    } else objects.set(key, { ...after, uid: before?.uid ?? nextUid++ } as Held);
    const { kind, namespace, name, verb } = edit;
    changes.push({ verb, kind, namespace, name, before: before ? documentOf(before) : null, after });
  }
  const resting = new Map([...world.resting, ...givenUp(world, objects)]);
  const next: World = { ...world, objects, runs, nextUid, resting };
  for (const code of conflictsIn(next)) refusals.add(code);
  const mayRest = needsRestingVni(world, next) ? ["VniTaken"] : [];
  if (refusals.size > 0) return { accepted: undefined, refusals: [...refusals, ...mayRest] };
  return { accepted: { world: next, changes }, refusals: mayRest };
}

export function refuse(...codes: string[]): Verdict {
  return { accepted: undefined, refusals: codes };
}

function faults(document: Document): string[] {
  return document.kind === "Link" ? faultsOf(document) : [];
}

function named({ kind, namespace, name }: Document): Pick<Edit, "kind" | "namespace" | "name"> {
  return { kind, namespace, name };
}

function editTo(document: Document, verb: Edit["verb"]): Edit {
  return { ...named(document), verb, after: document };
}

function rerouted(held: Held<LinkDocument>, { endpoint, to }: Extract<Operation, { op: "reroute" }>): Document {
  const document = documentOf(held) as LinkDocument;
  const { mac: _mac, ...kept } = document.spec.endpoints[endpoint];
  const endpoints = [...document.spec.endpoints] as LinkDocument["spec"]["endpoints"];
  endpoints[endpoint] = { ...kept, ...to };
  return { ...document, spec: { ...document.spec, endpoints } };
}

function applied(world: World, { documents, prune }: Extract<Operation, { op: "apply" }>): Edit[] {
  const edits = documents.map((document) => editTo(document, world.objects.has(keyOf(document)) ? "update" : "create"));
  if (prune === undefined) return edits;
  const kept = new Set(documents.map(keyOf));
  const gone = [...world.objects.values()].filter(
    (object) => object.labels[SET_LABEL] === prune && !kept.has(keyOf(object)),
  );
  return [...edits, ...gone.map((object): Edit => ({ ...named(object), verb: "delete", after: null }))];
}

/** Explicit VNIs that links of `world` hold and those of `next` do not hold as the same link; each with its link's uid. */
function givenUp(world: World, next: ReadonlyMap<string, Held>): [vni: number, uid: number][] {
  return linksOf(world).flatMap((link) => {
    const after = next.get(keyOf(link)) as Held<LinkDocument> | undefined;
    const isKept = after?.uid === link.uid && after.spec.vni === link.spec.vni;
    return link.spec.vni === undefined || isKept ? [] : [[link.spec.vni, link.uid]];
  });
}

function needsRestingVni(world: World, next: World): boolean {
  return linksOf(next).some((link) => {
    const { vni } = link.spec;
    if (vni === undefined || !next.resting.has(vni)) return false;
    const before = world.objects.get(keyOf(link)) as Held<LinkDocument> | undefined;
    return before?.uid !== link.uid || before.spec.vni !== vni;
  });
}
