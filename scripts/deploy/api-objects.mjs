import { KUBE_ACCESS, KUBE_ACCESS_MOUNT, LABELS } from "./pod-parts.mjs";

const NAME = "ratchet-api";
const PORT = 8443;
const USER = 65532;
const labels = { ...LABELS, "app.kubernetes.io/component": "api" };
const secret = (name, secretName) => ({ name, secret: { secretName, defaultMode: 0o440 } });
const probe = (path, more) => ({ httpGet: { path, port: "https", scheme: "HTTPS" }, timeoutSeconds: 5, ...more });

/** The control plane. A StatefulSet, so that each replica has a name that the others and its certificate know. */
export function apiObjects({ namespace, value }) {
  const service = (name, spec) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { selector: labels, ports: [{ name: "https", port: PORT, targetPort: "https" }], ...spec },
  });
  return [
    service(NAME, {}),
    // How replicas reach each other, also before they are ready.
    service(`${NAME}-peers`, { clusterIP: "None", publishNotReadyAddresses: true }),
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: `${NAME}-data`, namespace, labels },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: value("api.storage") } } },
    },
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: NAME, namespace, labels },
      spec: {
        replicas: value("api.replicas"),
        serviceName: `${NAME}-peers`,
        podManagementPolicy: "Parallel",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(value) },
      },
    },
  ];
}

function podSpec(value) {
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: value("api.hostNetwork"),
    dnsPolicy: value("api.dnsPolicy"),
    nodeSelector: value("api.nodeSelector"),
    tolerations: value("api.tolerations"),
    priorityClassName: value("api.priorityClassName"),
    terminationGracePeriodSeconds: 15,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "api",
        image: value("images.api"),
        imagePullPolicy: value("images.pullPolicy"),
        args: [
          `--listen=${value("api.listen")}:${PORT}`,
          "--data=/var/lib/ratchet",
          "--tls-cert=/etc/ratchet/tls/tls.crt",
          "--tls-key=/etc/ratchet/tls/tls.key",
          "--tokens=/etc/ratchet/tokens/tokens.json",
          "--kubeconfig=in-cluster",
          `--log-level=${value("api.logLevel")}`,
        ],
        env: value("api.env"),
        ports: [{ name: "https", containerPort: PORT }],
        startupProbe: probe("/healthz", { periodSeconds: 2, failureThreshold: 60 }),
        livenessProbe: probe("/healthz", { periodSeconds: 10, failureThreshold: 3 }),
        readinessProbe: probe("/readyz", { periodSeconds: 5, failureThreshold: 2 }),
        resources: value("api.resources"),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "data", mountPath: "/var/lib/ratchet" },
          { name: "tls", mountPath: "/etc/ratchet/tls", readOnly: true },
          { name: "tokens", mountPath: "/etc/ratchet/tokens", readOnly: true },
          { name: "ca", mountPath: "/etc/ratchet/ca", readOnly: true },
          { name: "peer", mountPath: "/etc/ratchet/peer", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
          KUBE_ACCESS_MOUNT,
        ],
      },
    ],
    volumes: [
      value("api.data"),
      secret("tls", "ratchet-api-tls"),
      secret("tokens", "ratchet-api-tokens"),
      secret("peer", "ratchet-replica-token"),
      { name: "ca", configMap: { name: "ratchet-ca" } },
      { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
      KUBE_ACCESS,
    ],
  };
}
