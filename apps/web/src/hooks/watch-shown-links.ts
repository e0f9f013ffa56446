import { WATCHED_LINKS_MAX } from "@ratchet/contracts";
import type { Stage } from "../canvas/stage.js";
import { namesOf } from "../graph/selection.js";
import { forgetOthers } from "../state/telemetry-store.js";
import { useTopology } from "../state/topology-store.js";
import { useUi } from "../state/ui-store.js";
import type { Stream } from "../stream/connection.js";

const SETTLE_MS = 300;

/** Has the server measure what somebody looks at: the selected wires, then those on the screen. Returns how to stop. */
export function watchShownLinks(stage: Stage, stream: Stream): () => void {
  let timer: number | undefined;
  const look = () => {
    timer = undefined;
    const { links } = useTopology.getState().stream;
    const { selection, hasRates } = useUi.getState();
    const selected = namesOf(selection, "link").flatMap((name) => links.get(name)?.metadata.uid ?? []);
    // Nobody looks at a page in the background, and what nobody looks at is not measured.
    const uids = document.hidden ? [] : [...selected, ...(hasRates ? stage.shownWires() : [])];
    const watched = [...new Set(uids)].slice(0, WATCHED_LINKS_MAX);
    stream.watch(watched);
    forgetOthers(new Set(watched));
  };
  const later = () => {
    timer ??= window.setTimeout(look, SETTLE_MS);
  };
  document.addEventListener("visibilitychange", later);
  const stops = [
    stage.onPaint(later),
    useUi.subscribe((now, before) => {
      if (now.selection !== before.selection || now.hasRates !== before.hasRates) later();
    }),
  ];
  later();
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener("visibilitychange", later);
    for (const stop of stops) stop();
  };
}
