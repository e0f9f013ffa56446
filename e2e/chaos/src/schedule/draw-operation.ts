import { type Document, documentOf, type LinkDocument, linksOf, podsOf } from "../model/world.js";
import type { Drawer } from "./draw-document.js";
import { INTERFACES, LINKS, PODS, SETS } from "./names.js";
import type { Operation } from "./operation.js";

const WEIGHTS = {
  createLink: 16,
  createPod: 6,
  deleteLink: 8,
  deletePod: 2,
  cut: 8,
  restore: 8,
  reroute: 12,
  renameEnd: 4,
  replaceLink: 4,
  remtu: 2,
  movePod: 3,
  podInterfaces: 4,
  kill: 4,
  restart: 6,
  apply: 4,
  prune: 3,
  revert: 5,
  stale: 1,
} as const;

const OF_SELECTORS = {
  createSelecting: 10,
  replaceSelecting: 4,
  deleteSelecting: 3,
  cutSelecting: 3,
  restoreSelecting: 3,
  replacePod: 8,
} as const;
type Drawn = keyof typeof WEIGHTS | keyof typeof OF_SELECTORS;

/** Draws one write. */
export function drawOperation(drawer: Drawer): Operation {
  const { random } = drawer;
  const namespace = drawer.namespace();
  const selecting = (isThere: boolean) => drawer.name("Selecting", namespace, isThere);
  const link = () => drawer.name("Link", namespace, true);
  const pod = () => drawer.name("Pod", namespace, true);
  const patch = (kind: "Pod" | "Link", name: string, spec: object): Operation => ({
    op: "patch",
    kind,
    namespace,
    name,
    patch: spec,
  });
  const weights: Partial<Record<Drawn, number>> = { ...WEIGHTS, ...(drawer.hasSelectors ? OF_SELECTORS : {}) };
  switch (random.weighted(weights as Record<Drawn, number>)) {
    case "createSelecting":
      return { op: "create", document: drawer.selecting(namespace, selecting(false)) };
    case "replaceSelecting":
      return { op: "replace", document: drawer.selecting(namespace, selecting(true)) };
    case "deleteSelecting":
      return { op: "delete", kind: "Link", namespace, name: selecting(true) };
    case "cutSelecting":
      return patch("Link", selecting(true), { state: "down" });
    case "restoreSelecting":
      return patch("Link", selecting(true), { state: "up" });
    case "replacePod":
      return { op: "replace", document: drawer.pod(namespace, pod()) };
    case "createLink":
      return { op: "create", document: drawer.link(namespace, drawer.name("Link", namespace, false)) };
    case "createPod":
      return { op: "create", document: drawer.pod(namespace, drawer.name("Pod", namespace, false)) };
    case "deleteLink":
      return { op: "delete", kind: "Link", namespace, name: link() };
    case "deletePod":
      return { op: "delete", kind: "Pod", namespace, name: pod() };
    case "cut":
      return patch("Link", link(), { state: "down" });
    case "restore":
      return patch("Link", link(), { state: "up" });
    case "reroute":
      return { op: "reroute", namespace, name: link(), endpoint: random.pick([0, 1]), to: drawer.port(namespace) };
    case "renameEnd":
      return {
        op: "reroute",
        namespace,
        name: link(),
        endpoint: random.pick([0, 1]),
        to: { interface: random.pick(INTERFACES) },
      };
    case "replaceLink":
      return { op: "replace", document: drawer.link(namespace, link()) };
    case "remtu":
      return patch("Link", link(), { mtu: random.pick([null, 1300, 1420]) });
    case "movePod": {
      const place = drawer.place();
      return patch("Pod", pod(), { node: place.node ?? null, nodeSelector: place.nodeSelector ?? null });
    }
    case "podInterfaces":
      return patch("Pod", pod(), { interfaces: random.chance(0.4) ? null : [{ name: random.pick(INTERFACES) }] });
    case "kill":
      return { op: "kill", namespace, name: pod() };
    case "restart":
      return { op: "restart", namespace, name: pod() };
    case "apply":
      return { op: "apply", documents: drawBatch(drawer, namespace, random.between(2, 6)) };
    case "prune": {
      const set = random.pick(SETS);
      const documents = drawBatch(drawer, namespace, random.between(1, 4));
      return {
        op: "apply",
        documents: documents.map((item) => ({ ...item, labels: { "ratchet.network/set": set } })),
        prune: set,
      };
    }
    case "revert":
      return { op: "revert", back: random.int(12) };
    case "stale":
      return { op: "patch", kind: "Link", namespace, name: link(), patch: { state: "down" }, isStale: true };
  }
}

/** Documents of one apply: some as they are, some changed, some new; each object once. */
function drawBatch(drawer: Drawer, namespace: string, count: number): Document[] {
  const { random } = drawer;
  const before = drawer.world;
  const documents: Document[] = [];
  for (const name of random.pickSome(LINKS, count)) {
    const held = linksOf(before).find((link) => link.namespace === namespace && link.name === name);
    const isKept = held !== undefined && random.chance(0.5);
    const document = isKept ? documentOf(held) : drawer.link(namespace, name);
    documents.push(document);
    // The next one shall not want the same port.
    const objects = new Map(drawer.world.objects).set(`Link ${namespace}/${name}`, {
      ...(document as LinkDocument),
      uid: 0,
    });
    drawer.world = { ...drawer.world, objects };
  }
  drawer.world = before;
  for (const name of random.pickSome(PODS, random.int(2))) {
    const held = podsOf(before).find((pod) => pod.namespace === namespace && pod.name === name);
    documents.push(held === undefined ? drawer.pod(namespace, name) : documentOf(held));
  }
  return random.pickSome(documents, documents.length);
}
