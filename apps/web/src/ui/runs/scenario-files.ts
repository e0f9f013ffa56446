const files = import.meta.glob<string>("../../../../../examples/scenarios/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The scenarios shipped with Ratchet. */
export const SCENARIO_EXAMPLES: { name: string; yaml: string }[] = Object.entries(files).flatMap(([path, yaml]) => {
  const name = /([^/]+)\.yaml$/.exec(path)?.[1];
  return name === undefined ? [] : [{ name, yaml }];
});
