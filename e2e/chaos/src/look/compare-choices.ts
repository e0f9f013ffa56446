import type { Link, Pod } from "@ratchet/contracts";
import { type Choices, candidatesOf, isSelecting } from "../model/choices.js";
import { type Held, type LinkDocument, linksOf, type PodDocument, type World } from "../model/world.js";

/** The pods that links with a selector are in by their status: null at ends that name theirs. */
export function choicesIn(links: readonly Link[]): Choices {
  return new Map(
    links
      .filter(({ spec }) => spec.endpoints.some((end) => "podSelector" in end))
      .map(({ metadata, spec, status }) => [
        `${metadata.namespace}/${metadata.name}`,
        spec.endpoints.map((end, index) => ("podSelector" in end ? (status.endpoints[index]?.pod ?? null) : null)),
      ]),
  );
}

/**
 * Every selector that has not chosen the newest ready pod. Of pods made in the same millisecond any is right, and so is
 * any that is left of it while none is ready: the wire stays where it was. Pure.
 */
export function compareChoices(
  world: World,
  isReady: (pod: Held<PodDocument>) => boolean,
  pods: readonly Pod[],
  choices: Choices,
): string[] {
  const madeAt = new Map(pods.map(({ metadata }) => [`${metadata.namespace}/${metadata.name}`, metadata.createdAt]));
  return linksOf(world)
    .filter(isSelecting)
    .flatMap((link) =>
      ([0, 1] as const).flatMap((index) => {
        if (link.spec.endpoints[index].podSelector === undefined) return [];
        const right = rightChoices(candidatesOf(world, link, index), isReady, madeAt);
        const chosen = choices.get(`${link.namespace}/${link.name}`)?.[index] ?? null;
        return right.includes(chosen) ? [] : [said(link, index, chosen, right)];
      }),
    );
}

function rightChoices(
  candidates: readonly Held<PodDocument>[],
  isReady: (pod: Held<PodDocument>) => boolean,
  madeAt: ReadonlyMap<string, string>,
): (string | null)[] {
  const ready = candidates.filter(isReady);
  if (ready.length === 0) return [null, ...candidates.map(({ name }) => name)];
  const ageOf = ({ namespace, name }: Held<PodDocument>) => madeAt.get(`${namespace}/${name}`) ?? "";
  const newest = ready.map(ageOf).sort().at(-1);
  return ready.filter((pod) => ageOf(pod) === newest).map(({ name }) => name);
}

function said(
  link: Held<LinkDocument>,
  index: number,
  chosen: string | null,
  right: readonly (string | null)[],
): string {
  return `choice: link ${link.namespace}/${link.name} end ${index} is in ${chosen} instead of ${right.join(" or ")}`;
}
