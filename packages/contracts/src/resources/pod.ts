import { z } from "zod";
import {
  addressOf,
  familyOf,
  InterfaceAddress,
  IPV6_MTU_MIN_BYTES,
  MacAddress,
  MtuBytes,
  Name,
  WireInterfaceName,
} from "../net/fields.js";
import { API_VERSION, Labels, Metadata, MetadataInput, serverOwned } from "./metadata.js";
import { Route } from "./route.js";

/** `ip netns` names: one path component. */
export const NetnsName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}$/, { error: "must be a name as `ip netns list` prints it" });

/** Which network namespace the pod is. Exactly one form. */
export const Sandbox = z.union(
  [
    z.strictObject({ managed: z.literal(true) }),
    /** A Kubernetes pod: its namespace is the one the CNI plugin registered for its uid. Written by the control plane alone. */
    z.strictObject({ cni: z.literal(true) }),
    z.strictObject({ netns: NetnsName }),
    z.strictObject({
      path: z
        .string()
        .max(4095)
        .regex(/^\/[^\0]*$/, { error: "must be an absolute path" }),
    }),
    z.strictObject({ pid: z.int().min(1).max(4_194_304) }),
    z.strictObject({
      container: z.strictObject({
        runtime: z.string(),
        id: z.string().optional(),
        name: z.string().optional(),
      }),
    }),
  ],
  { error: "must be one of {managed: true}, {netns: NAME}, {path: PATH}, {pid: N}, {container: {runtime, id|name}}" },
);
export type Sandbox = z.output<typeof Sandbox>;

// Dots or slashes, not both: that has one meaning, and a pattern of both could be matched in 2^n ways.
const SYSCTL_NAME = "must be a sysctl of the network namespace: net.ipv4..., net.ipv6...";

/** Only what the network namespace owns: a sysctl elsewhere would reach the host. */
export const Sysctls = z.record(
  z
    .string()
    .regex(/^net((\.[A-Za-z0-9_-]+)+|(\/[A-Za-z0-9_.-]+)+)$/, {
      error: SYSCTL_NAME,
    })
    .refine((name) => !name.split("/").some((part) => part === "." || part === ".."), { error: SYSCTL_NAME }),
  z
    .union([z.string(), z.int()], { error: "must be a string or a whole number" })
    .transform(String)
    .pipe(
      z
        .string()
        .max(256)
        .regex(/^[\x20-\x7e\t]*$/, { error: "must be printable text" }),
    ),
);

export const PodInterface = z.strictObject({
  name: WireInterfaceName,
  mac: MacAddress.optional(),
  mtu: MtuBytes.optional(),
  addresses: z.array(InterfaceAddress).max(64).optional(),
  routes: z.array(Route).max(256).optional(),
});
export type PodInterface = z.output<typeof PodInterface>;

export const PodSpec = z
  .strictObject({
    node: Name.optional(),
    nodeSelector: Labels.optional(),
    sandbox: Sandbox.optional(),
    sysctls: Sysctls.optional(),
    loopback: z.array(InterfaceAddress).max(64).optional(),
    interfaces: z.array(PodInterface).max(4096).optional(),
  })
  .superRefine((spec, ctx) => {
    if (spec.node !== undefined && spec.nodeSelector !== undefined) {
      ctx.addIssue({ code: "custom", path: ["nodeSelector"], message: "cannot be combined with node" });
    }
    if (spec.sandbox !== undefined && "pid" in spec.sandbox && spec.node === undefined) {
      ctx.addIssue({ code: "custom", path: ["node"], message: "is needed with sandbox.pid: a pid means one host's" });
    }
    const names = new Set<string>();
    const addresses = new Set<string>();
    const claim = (text: string, path: (string | number)[]) => {
      const address = addressOf(text);
      if (addresses.has(address)) ctx.addIssue({ code: "custom", path, message: `${address} is given twice` });
      addresses.add(address);
    };
    for (const [index, text] of (spec.loopback ?? []).entries()) claim(text, ["loopback", index]);
    for (const [index, item] of (spec.interfaces ?? []).entries()) {
      if (names.has(item.name)) {
        ctx.addIssue({ code: "custom", path: ["interfaces", index, "name"], message: `${item.name} is given twice` });
      }
      names.add(item.name);
      const hasV6 = (item.addresses ?? []).some((text) => familyOf(text) === 6);
      if (hasV6 && item.mtu !== undefined && item.mtu < IPV6_MTU_MIN_BYTES) {
        const message = `IPv6 needs at least ${IPV6_MTU_MIN_BYTES} bytes`;
        ctx.addIssue({ code: "custom", path: ["interfaces", index, "mtu"], message });
      }
      for (const [at, text] of (item.addresses ?? []).entries()) claim(text, ["interfaces", index, "addresses", at]);
    }
  });
export type PodSpec = z.output<typeof PodSpec>;

export const POD_PHASES = ["Pending", "Ready", "Gone", "Unknown"] as const;
export type PodPhase = (typeof POD_PHASES)[number];

export const PodInterfaceStatus = z.object({
  name: z.string(),
  ifIndex: z.int().nullable(),
  mac: z.string().nullable(),
  mtu: z.int().nullable(),
  addresses: z.array(z.string()),
  carrier: z.boolean().nullable(),
  link: z.string().nullable().meta({ description: "name of the Link that uses this interface" }),
});

export const PodStatus = z.object({
  phase: z.enum(POD_PHASES),
  node: z.string().nullable(),
  netns: z.string().nullable().meta({ description: "path that `nsenter --net=` takes on that host" }),
  message: z.string(),
  interfaces: z.array(PodInterfaceStatus),
});
export type PodStatus = z.output<typeof PodStatus>;

export const PodInput = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal("Pod").optional(),
  metadata: MetadataInput,
  spec: PodSpec,
  status: serverOwned,
});
export type PodInput = z.output<typeof PodInput>;

export const Pod = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Pod"),
  metadata: Metadata,
  spec: PodSpec,
  status: PodStatus,
});
export type Pod = z.output<typeof Pod>;
