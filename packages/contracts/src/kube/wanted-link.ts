import type { LinkSpec } from "../resources/link.js";

/** A Kubernetes pod as far as its links are read. */
export interface KubePodSource {
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** A Link that a Kubernetes pod asks for. */
export interface WantedLink {
  /** Given by the annotation; otherwise it is made of `nameFrom`. */
  name: string | undefined;
  /** Of these two the Link's name is made. */
  nameFrom: readonly [string, string];
  spec: LinkSpec;
  /** What was wrong with the source and is left out of `spec`. */
  problems: KubeProblem[];
}

/** Something wrong with a pod's labels or annotation. */
export interface KubeProblem {
  /** As `metadata.labels["ratchet.local_ip"]`. */
  field: string;
  message: string;
}

export interface WantedLinks {
  links: WantedLink[];
  /** What no Link could be made of. */
  problems: KubeProblem[];
}
