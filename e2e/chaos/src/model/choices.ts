import { type EndSpec, type Held, type LinkDocument, type PodDocument, podsOf, type World } from "./world.js";

/** The pods that the selectors of links have chosen, by `namespace/link` and end; null where none. */
export type Choices = ReadonlyMap<string, readonly (string | null)[]>;

export const NO_CHOICES: Choices = new Map();

/** The pod that an end is in now; null while its selector has chosen none. */
export function podOfEnd({ namespace, name, spec }: Held<LinkDocument>, index: 0 | 1, choices: Choices): string | null {
  const end = spec.endpoints[index];
  return end.pod ?? choices.get(`${namespace}/${name}`)?.[index] ?? null;
}

export function isSelecting({ spec }: LinkDocument): boolean {
  return spec.endpoints.some(({ podSelector }) => podSelector !== undefined);
}

/** The pods that an end's selector may choose: those with its labels, but the one that the other end is in. */
export function candidatesOf(world: World, { namespace, spec }: Held<LinkDocument>, index: 0 | 1): Held<PodDocument>[] {
  const { podSelector = {} }: EndSpec = spec.endpoints[index];
  const other = spec.endpoints[index === 0 ? 1 : 0].pod;
  return podsOf(world).filter(
    (pod) =>
      pod.namespace === namespace &&
      pod.name !== other &&
      Object.entries(podSelector).every(([key, value]) => pod.labels[key] === value),
  );
}
