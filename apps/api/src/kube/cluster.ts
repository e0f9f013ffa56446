import type { RawPod } from "./kube-pod.js";

export interface PodList {
  pods: RawPod[];
  resourceVersion: string;
}

export type PodEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; object: RawPod }
  | { type: "ERROR"; object: { code?: number; message?: string } };

/** An Event of the cluster about one of its pods. */
export interface PodAnnouncement {
  pod: { uid: string; namespace: string; name: string };
  type: "Normal" | "Warning";
  reason: string;
  message: string;
}

/** What is asked of a Kubernetes API server. */
export interface Cluster {
  listPods(signal: AbortSignal): Promise<PodList>;
  /**
   * Follows from a version on; resolves when the server ends it.
   *
   * @throws an error with `statusCode`, 410 when the version is too old
   */
  watchPods(fromVersion: string, onEvent: (event: PodEvent) => void, signal: AbortSignal): Promise<void>;
  announce(announcement: PodAnnouncement): Promise<void>;
  setGate(pod: PodAnnouncement["pod"], isReady: boolean, message: string): Promise<void>;
}
