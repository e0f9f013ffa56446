/** What a container needs to reach the Kubernetes API, given by name: nothing is mounted that is not asked for. */
export const KUBE_ACCESS = {
  name: "kube-access",
  projected: {
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
    ],
  },
};
export const KUBE_ACCESS_MOUNT = {
  name: "kube-access",
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
  readOnly: true,
};

export function fromField(name, fieldPath) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

export function hostPath(name, path, type = "DirectoryOrCreate") {
  return { name, hostPath: { path, type } };
}

export const LABELS = { "app.kubernetes.io/name": "ratchet", "app.kubernetes.io/part-of": "ratchet" };
