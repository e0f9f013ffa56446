/** What an installation may say otherwise, with what holds when it says nothing. `scripts/deploy` has it alone. */
export function defaultValues(version) {
  return {
    images: {
      api: `ratchet.network/api:${version}`,
      agent: `ratchet.network/agent:${version}`,
      pullPolicy: "IfNotPresent",
    },
    api: {
      replicas: 1,
      listen: "0.0.0.0",
      hostNetwork: false,
      dnsPolicy: "ClusterFirst",
      logLevel: "info",
      // More settings, as `name: RATCHET_STORE`; the flags of ratchet-api in capitals.
      env: [],
      // Store and history of the embedded store; with etcd and PostgreSQL an emptyDir does.
      data: { name: "data", persistentVolumeClaim: { claimName: "ratchet-api-data" } },
      storage: "1Gi",
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [],
      resources: { requests: { cpu: "100m", memory: "192Mi" }, limits: { memory: "1Gi" } },
      priorityClassName: "system-cluster-critical",
    },
    agent: {
      name: "ratchet-agent",
      // Where it reaches the API; several, with commas between.
      api: "https://ratchet-api.ratchet-system.svc:8443",
      installation: "ratchet",
      panel: "ratchet.panel",
      vxlanPort: 4789,
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ operator: "Exists" }],
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
      priorityClassName: "system-node-critical",
    },
    // Where the host has what agent and plugin share with it and with the runtime.
    host: {
      cniBin: "/opt/cni/bin",
      cniConf: "/etc/cni/net.d",
      run: "/run/ratchet",
      state: "/var/lib/ratchet",
      // Where containerd has the namespaces of pods that are not in /run/netns (netns_mounts_under_state_dir).
      podNetns: "/run/containerd/io.containerd.grpc.v1.cri/netns",
    },
    cni: {
      // The first file by name counts; .conflist when it lists several plugins.
      confName: "00-ratchet.conf",
      // What all pods get that are not Ratchet's: put the network your cluster has here.
      conf: {
        cniVersion: "1.0.0",
        name: "ratchet",
        type: "ratchet",
        use_labels: true,
        delegate: {
          type: "ptp",
          ipMasq: true,
          ipam: { type: "host-local", ranges: [[{ subnet: "10.244.0.0/24" }]], routes: [{ dst: "0.0.0.0/0" }] },
        },
        boot_network: { type: "loopback" },
        agent_socket: "/run/ratchet/cni.sock",
        state_dir: "/var/lib/ratchet/cni",
        kubeconfig: "/etc/cni/net.d/ratchet.kubeconfig",
      },
    },
  };
}
