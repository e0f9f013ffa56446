import type { ImpairmentPreset, Link } from "@ratchet/contracts";
import { ProblemError, reasonOf } from "../api/problem-error.js";
import { verbs } from "../api/verbs.js";
import { askedOf, type FieldChange, withChanges } from "../graph/impairment-edit.js";
import { editRefusal } from "../graph/refusal.js";
import { draftOf, newerLink, setDraft, withChange } from "../state/impair-store.js";
import { useTopology } from "../state/topology-store.js";
import { ui } from "../state/ui-store.js";
import { remember } from "./undo.js";

/** A slider that is dragged asks so often at most. */
const DEBOUNCE_MS = 120;
const STALE = 412;
const TRIES = 4;

interface Sender {
  timer: number | undefined;
  isBusy: boolean;
}
const senders = new Map<string, Sender>();

/** Changes fields of a link's impairments: shown at once, asked for soon, put back with the reason when refused. */
export function impair(name: string, changes: readonly FieldChange[]): void {
  const refusal = editRefusal(useTopology.getState());
  if (refusal !== undefined) {
    setDraft(name, { changes: [], refusal });
    return;
  }
  setDraft(name, { changes: changes.reduce(withChange, [...draftOf(name).changes]), refusal: "" });
  const sender = senders.get(name) ?? { timer: undefined, isBusy: false };
  senders.set(name, sender);
  if (sender.isBusy) return;
  window.clearTimeout(sender.timer);
  sender.timer = window.setTimeout(() => void send(name, sender), DEBOUNCE_MS);
}

/** Both directions as a preset has them, and nothing else of what there was. */
export function impairAs(link: Link, preset: Pick<ImpairmentPreset, "there" | "back"> | undefined): void {
  const { endpoints, impairments } = link.spec;
  const changes = ([0, 1] as const).flatMap((way) => {
    const wanted = (way === 0 ? preset?.there : preset?.back) ?? {};
    const fields = new Set([...Object.keys(askedOf(endpoints, impairments, way)), ...Object.keys(wanted)]);
    return [...fields].map((field) => ({ way, field, value: wanted[field as keyof typeof wanted] }) as FieldChange);
  });
  if (changes.length > 0) impair(link.metadata.name, changes);
}

async function send(name: string, sender: Sender): Promise<void> {
  const { namespace } = useTopology.getState();
  sender.isBusy = true;
  try {
    for (let sent = draftOf(name).changes; sent.length > 0; sent = draftOf(name).changes) {
      const { body, changes } = await tell(namespace, name, sent);
      if (changes.length > 0) {
        remember({ label: `Impaired ${name}`, changes, key: keyOf(name, sent), at: Date.now() });
      }
      // What was changed meanwhile stays, and is sent next.
      const left = draftOf(name).changes.filter((change) => !sent.includes(change));
      setDraft(name, { changes: left, answered: body });
    }
    ui.announce(`Impaired ${name}`);
  } catch (error) {
    setDraft(name, { changes: [], refusal: reasonOf(error) });
    ui.announce(`Cannot impair ${name}: ${reasonOf(error)}`);
  } finally {
    senders.delete(name);
  }
}

/** The same fields of the same link: a slider that is dragged. */
function keyOf(name: string, changes: readonly FieldChange[]): string {
  const fields = changes.map(({ way, field }) => `${way}.${field}`);
  return `impair ${name} ${fields.sort().join()}`;
}

/** The list is replaced whole, so it is built on the newest revision and refused when somebody was faster. */
async function tell(namespace: string, name: string, changes: readonly FieldChange[]) {
  let base = newerLink(draftOf(name).answered, useTopology.getState().stream.links.get(name));
  for (let attempt = 1; ; attempt++) {
    base ??= (await verbs.getLink(namespace, name)).body;
    const impairments = withChanges(base.spec.endpoints, base.spec.impairments, changes);
    try {
      return await verbs.setImpairments(namespace, name, impairments, base.metadata.revision);
    } catch (error) {
      const isStale = error instanceof ProblemError && error.problem.status === STALE;
      if (!isStale || attempt >= TRIES) throw error;
      base = undefined;
    }
  }
}
