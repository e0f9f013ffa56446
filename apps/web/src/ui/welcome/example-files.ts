/** The topologies shipped with Ratchet, as their files say. */
export interface ExampleFile {
  /** `cloud-router`. */
  name: string;
  /** `topology` in Ratchet's own kinds, `pods` as labelled Pod manifests. */
  form: "topology" | "pods";
  yaml: string;
}

const files = import.meta.glob<string>(
  ["../../../../../examples/*/topology.yaml", "../../../../../examples/*/pods.yaml"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);

export const EXAMPLES: ExampleFile[] = Object.entries(files).flatMap(([path, yaml]) => {
  const match = /examples\/([^/]+)\/(topology|pods)\.yaml$/.exec(path);
  return match?.[1] && match[2] ? [{ name: match[1], form: match[2] as ExampleFile["form"], yaml }] : [];
});
