import type { FaultSpec } from "@ratchet/contracts";
import { verbs } from "../api/verbs.js";
import { faultName } from "../graph/fault-draft.js";
import { actionText, targetText } from "../graph/fault-text.js";
import { useTopology } from "../state/topology-store.js";
import { perform } from "./perform.js";
import { toastDone } from "./toast.js";

const namespace = () => useTopology.getState().namespace;

/** Begins them all. Answers the first refusal, which the caller shows, or undefined. */
export function beginFaults(specs: readonly FaultSpec[]): Promise<unknown> {
  const [first] = specs;
  const what = first === undefined ? "" : `${actionText(first.action)}: ${targetText(first.target)}`;
  const more = specs.length > 1 ? ` and ${specs.length - 1} more` : "";
  return perform({
    verb: "break",
    done: `${what}${more}, for ${first?.durationSeconds ?? 0} s`,
    failed: `Cannot break ${first === undefined ? "" : targetText(first.target)}`,
    hasToast: true,
    isQuiet: true,
    steps: specs.map((spec) => ({
      run: () => verbs.createFault(namespace(), { name: faultName(spec, Math.random), spec }),
    })),
  });
}

/** Ends one now. What has ended is not begun again by undo. */
export function endFault(name: string): Promise<unknown> {
  return perform({
    verb: "heal",
    done: `Ended ${name}`,
    failed: `Cannot end ${name}`,
    hasToast: true,
    isFinal: true,
    steps: [{ run: () => verbs.endFault(namespace(), name) }],
  });
}

/** Ends every fault of the namespace. */
export function healEverything(): Promise<unknown> {
  return perform({
    verb: "heal",
    done: "Healed everything",
    failed: "Cannot heal",
    hasToast: false,
    isFinal: true,
    steps: [
      {
        run: async () => {
          const answer = await verbs.heal(namespace());
          const count = answer.body.healed.length;
          toastDone(count === 0 ? "Nothing to heal" : `Healed ${count} ${count === 1 ? "fault" : "faults"}`);
          return answer;
        },
      },
    ],
  });
}
