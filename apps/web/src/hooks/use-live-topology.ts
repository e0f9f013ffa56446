import { useEffect } from "react";
import { verbs } from "../api/verbs.js";
import { useStage } from "../canvas/stage-context.js";
import { initialUrl } from "../state/initial-url.js";
import { useSession } from "../state/session-store.js";
import { useTopology } from "../state/topology-store.js";
import { followTopology } from "../stream/follow-topology.js";
import { watchShownLinks } from "./watch-shown-links.js";

/** Follows a namespace, with its saved places, and shows all of it the first time it is there. */
export function useLiveTopology(namespace: string): void {
  const stage = useStage();
  const generation = useSession((state) => state.generation);
  useEffect(() => {
    if (!stage) return;
    // A new session begins anew, at once and not after the next back-off.
    void generation;
    let isOver = false;
    let stopStream = () => {};
    let stopWaiting = () => {};
    const begin = (positions: Record<string, { x: number; y: number }>) => {
      if (isOver) return;
      const stream = followTopology(namespace);
      const stopWatching = watchShownLinks(stage, stream);
      stopStream = () => {
        stopWatching();
        stream.stop();
      };
      useTopology.setState({ layout: { positions } });
      stopWaiting = useTopology.subscribe((now) => {
        if (now.stream.storeId === null) return;
        stopWaiting();
        requestAnimationFrame(() => showAll());
      });
    };
    const showAll = () => {
      const { view } = initialUrl;
      if (view && namespace === initialUrl.namespace) stage.adapter.center(view, view.zoom);
      else stage.adapter.firstLook();
    };
    // Places first: a graph laid out and then moved would jump before everybody's eyes.
    verbs
      .getLayout(namespace)
      .then(({ body }) => begin(body.positions))
      .catch(() => begin({}));
    return () => {
      isOver = true;
      stopWaiting();
      stopStream();
    };
  }, [namespace, stage, generation]);
}
