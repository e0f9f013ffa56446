import { keys } from "@ratchet/contracts";
import type { Mirror } from "../state/mirror.js";
import type { StreamHub } from "../stream/stream-hub.js";
import { runOf } from "./run-of.js";

/** Sends runs to whoever looks, from the store: so every replica has them, whichever carries them out. */
export function publishRuns(mirror: Mirror, hub: StreamHub): void {
  mirror.onChange(({ scenarioRuns }) => {
    if (hub.readers === 0) return;
    for (const key of scenarioRuns) {
      const held = mirror.world.scenarioRun(key);
      const [namespace = "", name = ""] = key.slice(keys.scenarioRuns().length).split("/");
      if (held === undefined) hub.broadcast({ type: "run-deleted", namespace, name }, namespace);
      else hub.broadcast({ type: "run", run: runOf(held) }, namespace);
    }
  });
}
