import { BUSYBOX_IMAGE } from "./pod-manifest.js";
import type { Snapshotter } from "./snapshotter.js";

export interface NodeFolders {
  /** Survives a reboot. */
  disk: string;
  /** Does not. */
  run: string;
  cniConf: string;
  cniBin: string;
}

export function containerdSocket({ run }: NodeFolders): string {
  return `${run}/containerd.sock`;
}

/** containerd 1.6's configuration. Whatever it would share with another containerd of this host is its own. */
export function containerdConfig(folders: NodeFolders, snapshotter: Snapshotter): string {
  const { disk, run, cniConf, cniBin } = folders;
  return `version = 2
root = "${disk}/containerd"
state = "${run}/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${containerdSocket(folders)}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${disk}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${BUSYBOX_IMAGE}"
  # A negative score needs a capability that not every machine gives.
  restrict_oom_score_adj = true
  disable_tcp_service = true
  stream_server_address = "127.0.0.1"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${run}/runc"
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "${cniConf}"
    bin_dir = "${cniBin}"
`;
}

/** kubelet's configuration: small, without what needs a host of its own. */
export function kubeletConfig(folders: NodeFolders, cgroupRoot: string, caFile: string): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: caFile },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${containerdSocket(folders)}`,
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: true,
    cgroupRoot,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    localStorageCapacityIsolation: false,
    evictionHard: { "memory.available": "10Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    podLogsDir: `${folders.disk}/pod-logs`,
    volumePluginDir: `${folders.disk}/volume-plugins`,
    allowedUnsafeSysctls: ["net.*"],
    maxPods: 250,
    readOnlyPort: 0,
    resolvConf: "",
    serializeImagePulls: false,
    nodeStatusUpdateFrequency: "2s",
    syncFrequency: "5s",
    // The default of 5 a second makes a hundred pods wait for their status.
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    eventRecordQPS: 0,
  };
}
