import { type LabRouting, resolveLabFile } from "@ratchet/contracts";
import { parseAllDocuments } from "yaml";
import { LabError } from "../lab-error.js";
import { loadTopology } from "../topology/load-topology.js";
import { kubePod, type PodManifest } from "./kube-pod.js";

/** The labelled pods of a topology (an example's folder or a file), ready for a real cluster that has `image`. */
export function kubePods(nameOrFile: string, image: string, routing: LabRouting): object[] {
  const { manifest, labFile, title } = loadTopology(nameOrFile);
  const images = resolveLabFile(labFile, routing).pods;
  const pods = parseAllDocuments(manifest)
    .map((document) => document.toJS() as (PodManifest & { apiVersion?: string; kind?: string }) | null)
    .filter((item) => item !== null);
  const other = pods.find((item) => item.apiVersion !== "v1" || item.kind !== "Pod");
  if (other !== undefined) throw new LabError(`${title} holds a ${other.kind}: a cluster takes Kubernetes Pods here`);
  return pods.map((pod) => {
    const { name, namespace = "default" } = pod.metadata;
    return kubePod(pod, images[`${namespace}/${name}`] ?? images[name], image);
  });
}
