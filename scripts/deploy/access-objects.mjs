/** Who the parts are in the cluster, and the least each must be allowed. */
export function accessObjects({ namespace }) {
  const role = (name, rules) => [
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
  const account = (name) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
    automountServiceAccountToken: false,
  });
  const core = (resources, verbs) => ({ apiGroups: [""], resources, verbs });
  return [
    account("ratchet-api"),
    account("ratchet-agent"),
    account("ratchet-shim"),
    ...role("ratchet-api", [
      core(["pods"], ["list", "watch"]),
      core(["pods/status"], ["patch"]),
      core(["events"], ["create", "patch"]),
    ]),
    ...role("ratchet-agent", [core(["pods"], ["list", "watch"])]),
    ...role("ratchet-shim", [core(["pods"], ["get"])]),
    {
      // The plugin runs outside of any pod: its token cannot be exchanged for it, as those of pods are.
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: {
        name: "ratchet-shim",
        namespace,
        annotations: { "kubernetes.io/service-account.name": "ratchet-shim" },
      },
    },
  ];
}
