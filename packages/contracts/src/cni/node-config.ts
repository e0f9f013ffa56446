import { z } from "zod";
import { CNI_DEADLINE_SECONDS_MAX, CNI_NAME_PATTERN, CNI_VERSIONS } from "./names.js";

/** The configuration of another plugin inside ours. */
export const CniDelegateConfig = z.looseObject({
  type: z
    .string()
    .min(1)
    .regex(/^[^/\s]+$/, { error: "must be the name of an executable in CNI_PATH, without '/'" })
    .refine((type) => type !== "." && type !== ".." && type !== "ratchet", {
      error: "must be another plugin than ratchet",
    }),
  name: z.string().optional(),
  cniVersion: z.enum(CNI_VERSIONS).optional(),
});
export type CniDelegateConfig = z.output<typeof CniDelegateConfig>;

const AbsolutePath = z.string().startsWith("/", { error: "must be an absolute path" });

/** The node's network configuration: the prototype's keys, ours, and what the runtime adds. Unknown keys are let be. */
export const CniNodeConfig = z.looseObject({
  /** Absent or empty, as in the prototype's sample: CNI_VERSION_DEFAULT. */
  cniVersion: z.union([z.enum(CNI_VERSIONS), z.literal("")]).optional(),
  name: z.string().regex(CNI_NAME_PATTERN),
  type: z.string().min(1),
  /** Of the prototype, unused: the agent knows the control plane. */
  etcd_host: z.string().optional(),
  etcd_port: z.union([z.string(), z.number()]).optional(),
  child_path: z.string().optional(),
  /** The agent's business too: flags `--parent` and `--vtep`. */
  parent_interface: z.string().optional(),
  parent_address: z.string().optional(),
  /** Do labels make a pod Ratchet's; the annotation always does. */
  use_labels: z.boolean().optional(),
  /** For pods that are not Ratchet's. */
  delegate: CniDelegateConfig.optional(),
  /** For Ratchet's pods, before the wires. */
  boot_network: CniDelegateConfig.optional(),
  agent_socket: AbsolutePath.optional(),
  state_dir: AbsolutePath.optional(),
  /** Read when the agent cannot say whose pod it is. */
  kubeconfig: AbsolutePath.optional(),
  deadline_seconds: z.number().min(1).max(CNI_DEADLINE_SECONDS_MAX).optional(),
  /** From the runtime. */
  prevResult: z.record(z.string(), z.unknown()).optional(),
  "cni.dev/valid-attachments": z.array(z.looseObject({ containerID: z.string(), ifname: z.string() })).optional(),
});
export type CniNodeConfig = z.output<typeof CniNodeConfig>;
