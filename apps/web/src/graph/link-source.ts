import { type Link, OWNER_ANNOTATION, PROBLEM_ANNOTATION, SOURCE_KUBERNETES, SOURCE_LABEL } from "@ratchet/contracts";

/** Where a link comes from that nobody wrote by hand. */
export interface LinkSource {
  /** `namespace/pod`; empty when it is not said. */
  owner: string;
  podUid: string;
  /** What of it could not be written as asked; empty when all could. */
  problem: string;
}

/** Undefined: somebody asked for it here. */
export function linkSource({ metadata }: Pick<Link, "metadata">): LinkSource | undefined {
  if (metadata.labels[SOURCE_LABEL] !== SOURCE_KUBERNETES) return undefined;
  const [namespace = "", pod = "", podUid = ""] = (metadata.annotations[OWNER_ANNOTATION] ?? "").split("/");
  return {
    owner: pod === "" ? "" : `${namespace}/${pod}`,
    podUid,
    problem: metadata.annotations[PROBLEM_ANNOTATION] ?? "",
  };
}
