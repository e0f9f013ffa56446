import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LinkInput, leavesOf, PodInput, ScenarioInput, TOPOLOGY_ANNOTATION } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parts } from "../repository.js";
import { loadTopology } from "./load-topology.js";

const names = readdirSync(parts.examples).filter((name) => existsSync(join(parts.examples, name, "topology.yaml")));
const translated = names.filter((name) => existsSync(join(parts.examples, name, "pods.yaml")));
const scenarios = readdirSync(join(parts.examples, "scenarios")).filter((name) => name.endsWith(".yaml"));

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
});

it.each(translated)("example %s has the same pods as labelled Kubernetes manifests", (name) => {
  const own = parseAllDocuments(loadTopology(name).manifest).map((document) => document.toJS());
  const pods = own.filter((item) => item.kind === "Pod");
  const legacy = parseAllDocuments(loadTopology(`${name}/pods.yaml`).manifest).map((document) => document.toJS());
  const placed = legacy.map((pod) => [pod.metadata.name, pod.spec.nodeSelector]);
  expect(placed).toEqual(pods.map((pod) => [pod.metadata.name, pod.spec.nodeSelector]));
  expect(legacy.every((pod) => pod.metadata.labels.ratchet === "true")).toBe(true);
});

it.each(scenarios)("scenario %s is one, and acts on what its topology has", (name) => {
  const read = ScenarioInput.safeParse(parse(readFileSync(join(parts.examples, "scenarios", name), "utf8")));
  expect(read.error?.issues ?? []).toEqual([]);
  const { metadata, spec } = read.data as ScenarioInput;
  expect(metadata.name).toBe(name.replace(/\.yaml$/, ""));
  const { manifest } = loadTopology(metadata.annotations[TOPOLOGY_ANNOTATION] ?? "");
  const known = parseAllDocuments(manifest).map((document) => document.toJS().metadata.name);
  const named = [...leavesOf(spec)].flatMap(({ step }) => [step.cut, step.restore, step.kill, step.restart].flat());
  const ends = spec.probes.map(({ from }) => from);
  for (const one of [...named, ...ends]) if (one !== undefined) expect(known).toContain(one);
});
