import type { Readiness } from "../plan/choose-pod.js";
import type { Mirror } from "../state/mirror.js";
import type { PodRecord } from "../state/records.js";
import type { Observer } from "./observer.js";

/** Undefined for a pod that is not its. */
export type ReadinessSource = (pod: PodRecord, podKey: string) => Readiness | undefined;

/** Which pods can take a wire: Kubernetes says it of its own, of all others it is the phase. */
export class PodReadiness {
  readonly #mirror: Mirror;
  readonly #observer: Observer;
  #source: ReadinessSource = () => undefined;

  constructor(mirror: Mirror, observer: Observer) {
    this.#mirror = mirror;
    this.#observer = observer;
  }

  askFirst(source: ReadinessSource): void {
    this.#source = source;
  }

  of(podKey: string): Readiness {
    const pod = this.#mirror.world.pod(podKey)?.data;
    if (pod === undefined) return "notReady";
    const said = this.#source(pod, podKey);
    if (said !== undefined) return said;
    const phase = this.#observer.pod(podKey)?.status.phase;
    if (phase === "Unknown") return "unknown";
    return phase === "Ready" ? "ready" : "notReady";
  }
}
