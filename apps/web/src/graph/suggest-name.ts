const NAME_MAX = 63;

/** A free name for a link between two pods: `a-b`, then `a-b-2`. */
export function suggestLinkName(a: string, b: string, taken: ReadonlySet<string>): string {
  const stem = `${a}-${b}`.slice(0, NAME_MAX - 4).replace(/-+$/, "");
  return firstFree(stem, taken);
}

/** A free name for a pod. */
export function suggestPodName(taken: ReadonlySet<string>): string {
  for (let next = 1; ; next++) if (!taken.has(`pod-${next}`)) return `pod-${next}`;
}

function firstFree(stem: string, taken: ReadonlySet<string>): string {
  if (!taken.has(stem)) return stem;
  for (let next = 2; ; next++) if (!taken.has(`${stem}-${next}`)) return `${stem}-${next}`;
}
