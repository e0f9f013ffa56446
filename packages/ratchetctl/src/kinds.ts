import { UsageError } from "./ctl-error.js";

/** Kinds the command line knows, with the words people use for them. */
const WORDS = {
  nodes: ["node", "no"],
  pods: ["pod", "po"],
  links: ["link", "ln", "wire", "wires"],
  faults: ["fault"],
  scenarios: ["scenario"],
  runs: ["run"],
} as const;
export type Plural = keyof typeof WORDS;
export type NamespacedPlural = Exclude<Plural, "nodes">;

/** Singular, plural or short, in any case. Throws UsageError for others. */
export function pluralOf(word: string): Plural {
  const wanted = word.toLowerCase();
  for (const [plural, words] of Object.entries(WORDS)) {
    if (plural === wanted || (words as readonly string[]).includes(wanted)) return plural as Plural;
  }
  throw new UsageError(`unknown kind ${word}: one of ${Object.keys(WORDS).join(", ")}`);
}

/** `link/mid` as people type it after `delete`, or kind and name apart. */
export function splitReference(kind: string, name: string | undefined): { plural: Plural; name: string | undefined } {
  const slash = kind.indexOf("/");
  if (slash < 0) return { plural: pluralOf(kind), name };
  if (name !== undefined) throw new UsageError(`${kind} already names the object; ${name} is one too many`);
  return { plural: pluralOf(kind.slice(0, slash)), name: kind.slice(slash + 1) };
}
