import { LINKS_ANNOTATION } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { Desired } from "../../model/desired.js";
import { pod } from "../testing/scene.js";
import type { World } from "../world.js";
import { type CniHost, CniService } from "./cni-service.js";
import type { KubePod } from "./kube-pod.js";
import { Moments } from "./moments.js";
import { Registrations } from "./registrations.js";

const kubePod = (name: string, labels: Record<string, string>, annotations: Record<string, string> = {}): KubePod => ({
  ...{ namespace: "default", name, uid: `uid-${name}` },
  ...{ labels, annotations },
});
const known = [
  kubePod("labelled", { ratchet: "true" }),
  kubePod("annotated", {}, { [LINKS_ANNOTATION]: "[]" }),
  kubePod("other", {}),
];

const desired = new Desired();
desired.apply({
  ...{ storeId: "s", revision: 1, full: true, pods: [pod("assigned", { sandbox: { cni: true } })] },
  ...{ ports: [], wires: [], removedPods: [], removedPorts: [], removedWires: [] },
});
const pods = { get: (_: string, name: string) => known.find((item) => item.name === name), all: () => known };
const world = { desired } as World;
const service = new CniService(world, new Registrations(), pods, new Moments(), {} as CniHost);

function classify(name: string, useLabels?: false) {
  const ids = {
    containerId: "c",
    ifName: "eth0",
    netns: "/run/netns/x",
    namespace: "default",
    name,
    uid: `uid-${name}`,
  };
  return service.classify({ ...ids, ...(useLabels === undefined ? {} : { useLabels }) });
}
const OURS = { isRatchet: true, known: true };
const THEIRS = { isRatchet: false, known: true };
const UNKNOWN = { isRatchet: false, known: false };

test("a pod is Ratchet's by its label, by its annotation, or by the control plane's word", () => {
  expect(classify("labelled")).toEqual(OURS);
  expect(classify("annotated")).toEqual(OURS);
  expect(classify("other")).toEqual(THEIRS);
  expect(classify("assigned")).toEqual(OURS);
  expect(classify("stranger")).toEqual(UNKNOWN);
});

test("where the node's config says that labels do not count, the annotation alone does", () => {
  expect(classify("labelled", false)).toEqual(THEIRS);
  expect(classify("annotated", false)).toEqual(OURS);
  // What made the control plane assign it is not known here: Kubernetes has to be asked.
  expect(classify("assigned", false)).toEqual(UNKNOWN);
});
