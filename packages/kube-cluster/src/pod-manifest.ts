/** The one image of these clusters: busybox with all its applets; `pause` waits and ends when asked to. */
export const BUSYBOX_IMAGE = "ratchet.test/busybox:1";

export interface BusyboxPod {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Name of the node; default the scheduler's choice, by `nodeSelector`. */
  node?: string;
  nodeSelector?: Record<string, string>;
  /** Default: wait. */
  command?: readonly string[];
  env?: Record<string, string>;
  /** Folders of the host to have inside, read-only, at the same path: `/usr`, `/lib` make its programs run. */
  hostFolders?: readonly string[];
  sysctls?: Record<string, string>;
  /** More capabilities, such as NET_ADMIN. */
  capabilities?: readonly string[];
  readinessGates?: readonly string[];
}

/** A manifest of a pod that needs nothing pulled. */
export function busyboxPod(pod: BusyboxPod): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: pod.name,
      namespace: pod.namespace ?? "default",
      labels: pod.labels ?? {},
      annotations: pod.annotations ?? {},
    },
    spec: busyboxPodSpec(pod),
  };
}

/** Its `spec`, for a Deployment's or StatefulSet's template. */
export function busyboxPodSpec(pod: Omit<BusyboxPod, "name">): object {
  const folders = pod.hostFolders ?? [];
  return {
    ...(pod.node !== undefined && { nodeName: pod.node }),
    ...(pod.nodeSelector !== undefined && { nodeSelector: pod.nodeSelector }),
    ...(pod.readinessGates !== undefined && {
      readinessGates: pod.readinessGates.map((conditionType) => ({ conditionType })),
    }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 2,
    securityContext: {
      sysctls: Object.entries(pod.sysctls ?? {}).map(([name, value]) => ({ name, value })),
    },
    containers: [
      {
        name: "main",
        image: BUSYBOX_IMAGE,
        imagePullPolicy: "Never",
        command: pod.command ?? ["/bin/pause"],
        env: Object.entries(pod.env ?? {}).map(([name, value]) => ({ name, value })),
        securityContext: { capabilities: { add: [...(pod.capabilities ?? [])] } },
        volumeMounts: folders.map((path, i) => ({ name: `host-${i}`, mountPath: path, readOnly: true })),
      },
    ],
    volumes: folders.map((path, i) => ({ name: `host-${i}`, hostPath: { path } })),
  };
}
