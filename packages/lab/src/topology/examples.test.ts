import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LinkInput, PodInput } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { parts } from "../repository.js";
import { loadTopology } from "./load-topology.js";

const names = readdirSync(parts.examples).filter((name) => statSync(join(parts.examples, name)).isDirectory());

describe.each(names)("example %s", (name) => {
  const { manifest, labFile } = loadTopology(name);
  const documents = parseAllDocuments(manifest).map((document) => document.toJS());
  const pods = documents.filter((item) => item.kind === "Pod").map((item) => PodInput.parse(item));

  it("is made of valid resources", () => {
    for (const item of documents) {
      const schema = item.kind === "Pod" ? PodInput : LinkInput;
      expect(schema.safeParse(item).error?.issues ?? []).toEqual([]);
    }
  });

  it("speaks in its lab file of its own pods alone", () => {
    const known = pods.map((pod) => pod.metadata.name);
    expect(Object.keys(labFile.pods).filter((pod) => !known.includes(pod))).toEqual([]);
    expect(labFile.proofs.length).toBeGreaterThan(0);
  });

  it("has a lab node for every node selector", () => {
    for (const pod of pods) {
      const selector = Object.entries(pod.spec.nodeSelector ?? {});
      const fits = (labels: Record<string, string>) => selector.every(([key, value]) => labels[key] === value);
      expect(
        labFile.nodes?.some((node) => fits(node.labels)),
        pod.metadata.name,
      ).toBe(true);
    }
  });

  it("has the same pods as labelled Kubernetes manifests", () => {
    const legacy = parseAllDocuments(loadTopology(`${name}/pods.yaml`).manifest).map((document) => document.toJS());
    const placed = legacy.map((pod) => [pod.metadata.name, pod.spec.nodeSelector]);
    expect(placed).toEqual(pods.map((pod) => [pod.metadata.name, pod.spec.nodeSelector]));
    expect(legacy.every((pod) => pod.metadata.labels.ratchet === "true")).toBe(true);
  });
});
