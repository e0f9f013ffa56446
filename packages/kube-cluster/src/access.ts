/**
 * What Ratchet's parts may do in the cluster, and nothing else: agents watch pods, shims read one, the control plane
 * watches, writes Events, and sets the readiness condition.
 */
export function ratchetAccess(): object {
  const role = (name: string, rules: object[]) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules,
  });
  const bound = (name: string) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name }],
  });
  const core = (resources: string[], verbs: string[]) => ({ apiGroups: [""], resources, verbs });
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      role("ratchet-agents", [core(["pods"], ["get", "list", "watch"])]),
      bound("ratchet-agents"),
      role("ratchet-shims", [core(["pods"], ["get"])]),
      bound("ratchet-shims"),
      role("ratchet-control-plane", [
        core(["pods", "nodes"], ["get", "list", "watch"]),
        core(["pods/status"], ["patch"]),
        core(["events"], ["create", "patch", "update"]),
        { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
      ]),
      bound("ratchet-control-plane"),
    ],
  };
}
