export { type CniFile, type KubeCluster, type KubeClusterOptions, type PodWait, startKubeCluster } from "./cluster.js";
export { type CommandResult, command, commandResult } from "./command.js";
export type { Daemon } from "./daemon.js";
export { defaultCni, ptpWithHostLocal } from "./default-cni.js";
export { findKubePrograms, findKubernetes, KubeProgramsMissing, type Programs } from "./kube-programs.js";
export type { KubeNode } from "./node.js";
export { BUSYBOX_IMAGE, type BusyboxPod, busyboxPod, busyboxPodSpec } from "./pod-manifest.js";
export { agentCniFlags, cniSocketOf, cniStateOf, ratchetCni } from "./ratchet-cni.js";
export { type ClusterLeftovers, clusterLeftovers, sweepKubeClusters } from "./sweep.js";
