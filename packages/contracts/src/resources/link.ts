import { z } from "zod";
import {
  addressOf,
  familyOf,
  InterfaceAddress,
  InterfaceName,
  IPV6_MTU_MIN_BYTES,
  MacAddress,
  MtuBytes,
  Name,
  Vni,
  WireInterfaceName,
} from "../net/fields.js";
import { Condition } from "./condition.js";
import { nameOfSender, sendersOf } from "./direction.js";
import { Impairment, ImpairmentStatus } from "./impairment.js";
import { API_VERSION, Labels, Metadata, MetadataInput, serverOwned } from "./metadata.js";
import { Route } from "./route.js";

/** What every end of a wire may carry, whatever it is attached to. */
const endFields = {
  interface: WireInterfaceName,
  addresses: z.array(InterfaceAddress).max(64).optional(),
  routes: z.array(Route).max(256).optional(),
  mac: MacAddress.optional(),
  mirrorFrom: InterfaceName.optional(),
  mirrorTo: InterfaceName.optional(),
};

/** An end in a pod that is named. */
export const PodEndpoint = z.strictObject({ pod: Name, ...endFields }).superRefine(checkEnd);
export type PodEndpoint = z.output<typeof PodEndpoint>;

/** An end in the newest ready pod of the namespace that has these labels. */
export const SelectorEndpoint = z.strictObject({ podSelector: Labels, ...endFields }).superRefine(checkEnd);
export type SelectorEndpoint = z.output<typeof SelectorEndpoint>;

function checkEnd(end: { addresses?: string[] | undefined; routes?: Route[] | undefined }, ctx: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, text] of (end.addresses ?? []).entries()) {
    const address = addressOf(text);
    if (seen.has(address)) {
      ctx.addIssue({ code: "custom", path: ["addresses", index], message: `${address} is given twice` });
    }
    seen.add(address);
  }
  const destinations = new Set<string>();
  for (const [index, route] of (end.routes ?? []).entries()) {
    const key = `${route.to} ${familyOf(route.via ?? route.to)}`;
    if (destinations.has(key)) {
      ctx.addIssue({ code: "custom", path: ["routes", index, "to"], message: `${route.to} is given twice` });
    }
    destinations.add(key);
  }
}

const NodeEndpoint = z.strictObject({ node: Name, ...endFields });
const VtepEndpoint = z.strictObject({
  vtep: z.strictObject({ address: z.string(), port: z.int().min(1).max(65535).optional() }),
});
const ParentEndpoint = z.strictObject({ parent: z.looseObject({ interface: InterfaceName, mode: z.string() }) });

const FORMS = ["pod", "podSelector", "node", "vtep", "parent"] as const;

/**
 * An end of a wire. The form is chosen by its key, so that a mistake inside one
 * form is reported at its field and not as "matches none of five".
 */
export const Endpoint = z.unknown().transform((value, ctx): z.output<typeof AnyEndpoint> => {
  const forms = typeof value === "object" && value !== null ? FORMS.filter((form) => Object.hasOwn(value, form)) : [];
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    ctx.addIssue({ code: "custom", message: `must have exactly one of ${FORMS.join(", ")}` });
    return z.NEVER;
  }
  const result = schemaOf[form].safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) ctx.issues.push({ ...issue, input: value } as never);
  return z.NEVER;
});
const AnyEndpoint = z.union([PodEndpoint, SelectorEndpoint, NodeEndpoint, VtepEndpoint, ParentEndpoint]);
const schemaOf = {
  pod: PodEndpoint,
  podSelector: SelectorEndpoint,
  node: NodeEndpoint,
  vtep: VtepEndpoint,
  parent: ParentEndpoint,
};
export type Endpoint = z.output<typeof AnyEndpoint>;

/** Which addresses the control plane shall choose: a /31, a /127, or one of each. */
export const AUTO_ADDRESSES = ["ipv4", "ipv6", "both"] as const;
export type AutoAddresses = (typeof AUTO_ADDRESSES)[number];

/** The families that are chosen. */
export function autoFamilies(asked: AutoAddresses | undefined): (4 | 6)[] {
  if (asked === undefined) return [];
  return asked === "both" ? [4, 6] : [asked === "ipv4" ? 4 : 6];
}

export const TRANSPORTS = ["auto", "veth", "vxlan"] as const;

export const LinkSpec = z
  .strictObject({
    endpoints: z.array(Endpoint).length(2, { error: "must be the two ends of the wire" }),
    transport: z.enum(TRANSPORTS).default("auto"),
    wiring: z.enum(["patched", "direct"]).default("patched"),
    mtu: MtuBytes.optional(),
    vni: Vni.optional(),
    autoAddresses: z.enum(AUTO_ADDRESSES).optional().meta({
      description: "have both ends given an address of a /31 (ipv4) or /127 (ipv6) from the namespace's pool",
    }),
    state: z.enum(["up", "down"]).default("up"),
    impairments: z.array(Impairment).optional(),
  })
  .superRefine((spec, ctx) => {
    checkTogether(spec.endpoints, spec.mtu, spec.vni, spec.transport, ctx);
    checkAutoAddresses(spec.endpoints, spec.mtu, spec.autoAddresses, ctx);
    checkDirections(spec.endpoints, spec.impairments ?? [], ctx);
  });
export type LinkSpec = z.output<typeof LinkSpec>;

/** What holds for the ends together. */
function checkTogether(
  endpoints: Endpoint[],
  mtu: number | undefined,
  vni: number | undefined,
  transport: (typeof TRANSPORTS)[number],
  ctx: z.RefinementCtx,
): void {
  const [a, b] = endpoints.filter(
    (end): end is PodEndpoint | SelectorEndpoint => "interface" in end && !("node" in end),
  );
  if (a && b) {
    const isOnePod = "pod" in a && "pod" in b && a.pod === b.pod;
    if (isOnePod && a.interface === b.interface) {
      ctx.addIssue({
        code: "custom",
        path: ["endpoints", 1, "interface"],
        message: `both ends are ${a.pod}:${a.interface}: a wire needs two interfaces`,
      });
    }
    const familiesA = new Set((a.addresses ?? []).map(familyOf));
    const familiesB = new Set((b.addresses ?? []).map(familyOf));
    if (familiesA.size > 0 && familiesB.size > 0 && familiesA.isDisjointFrom(familiesB)) {
      ctx.addIssue({
        code: "custom",
        path: ["endpoints", 1, "addresses"],
        message: "are of another family than the other end's: the two ends could never talk",
      });
    }
    if (isOnePod) {
      const own = new Set((a.addresses ?? []).map(addressOf));
      for (const [index, text] of (b.addresses ?? []).entries()) {
        if (own.has(addressOf(text))) {
          ctx.addIssue({
            code: "custom",
            path: ["endpoints", 1, "addresses", index],
            message: `${addressOf(text)} is already on the other end, which is the same pod`,
          });
        }
      }
    }
  }
  const hasV6 = [a, b].some((end) => end?.addresses?.some((text) => familyOf(text) === 6));
  if (hasV6 && mtu !== undefined && mtu < IPV6_MTU_MIN_BYTES) {
    ctx.addIssue({ code: "custom", path: ["mtu"], message: `IPv6 needs at least ${IPV6_MTU_MIN_BYTES} bytes` });
  }
  if (vni !== undefined && transport === "veth") {
    ctx.addIssue({
      code: "custom",
      path: ["vni"],
      message: "a veth wire has no VNI: leave it out or change transport",
    });
  }
}

/** An address chosen beside one that is given would leave the two ends in different networks. */
function checkAutoAddresses(
  endpoints: Endpoint[],
  mtu: number | undefined,
  asked: AutoAddresses | undefined,
  ctx: z.RefinementCtx,
): void {
  const families = autoFamilies(asked);
  for (const [index, end] of endpoints.entries()) {
    const given = "interface" in end ? (end.addresses ?? []) : [];
    const clash = given.findIndex((text) => families.includes(familyOf(text)));
    if (clash < 0) continue;
    ctx.addIssue({
      code: "custom",
      path: ["endpoints", index, "addresses", clash],
      message: `spec.autoAddresses is ${asked}: leave out one or the other`,
    });
  }
  if (families.includes(6) && mtu !== undefined && mtu < IPV6_MTU_MIN_BYTES) {
    ctx.addIssue({ code: "custom", path: ["mtu"], message: `IPv6 needs at least ${IPV6_MTU_MIN_BYTES} bytes` });
  }
}

/** Each impairment is of one direction, and each direction has at most one. */
function checkDirections(endpoints: Endpoint[], impairments: Impairment[], ctx: z.RefinementCtx): void {
  const seen = new Set<number>();
  for (const [index, { from }] of impairments.entries()) {
    const complain = (message: string) =>
      ctx.addIssue({ code: "custom", path: ["impairments", index, "from"], message });
    const [sender, other] = sendersOf(endpoints, from);
    if (sender === undefined) {
      // The name of a pod that labels have chosen is put right where it is known which one that is.
      if (!mayBeChosen(endpoints, from)) complain(noEndText(endpoints, from));
    } else if (other !== undefined) complain(bothEndsText(from));
    else if (seen.has(sender)) complain(`frames from ${from} are impaired twice: put everything into one entry`);
    else seen.add(sender);
  }
}

/** True when it could be the name of the pod that a selector has chosen. */
function mayBeChosen(endpoints: readonly Endpoint[], from: string): boolean {
  const [pod, ifName] = from.split(":");
  if (pod === "*") return false;
  return endpoints.some((end) => "podSelector" in end && (ifName === undefined || ifName === end.interface));
}

function bothEndsText(from: string): string {
  return from.startsWith("*")
    ? `both ends are chosen by labels and are ${from}: give one of them another interface`
    : `both ends are in pod ${from}: say which one with POD:INTERFACE`;
}

/** What is said of a name that is none of the ends'. */
export function noEndText(endpoints: readonly Endpoint[], from: string): string {
  const names = ([0, 1] as const).map((sender) => nameOfSender(endpoints, sender)).filter((name) => name !== "");
  return `${from} is no end of this link: name ${names.join(" or ") || "a pod"}`;
}

export const LINK_PHASES = ["Pending", "Programming", "Up", "Down", "Degraded", "Error", "Unknown"] as const;
export type LinkPhase = (typeof LINK_PHASES)[number];

/** One end as its agent last saw it in the kernel. Null where nothing is known. */
export const EndpointStatus = z.object({
  pod: z
    .string()
    .nullable()
    .optional()
    .meta({ description: "the pod this end is in now; null while its podSelector has chosen none" }),
  node: z.string().nullable(),
  ifIndex: z.int().nullable(),
  mac: z.string().nullable(),
  mtu: z.int().nullable(),
  carrier: z.boolean().nullable(),
  operState: z.string().nullable(),
  message: z.string(),
  /** Those that were chosen for it (spec.autoAddresses). */
  autoAddresses: z.array(z.string()).optional(),
});
export type EndpointStatus = z.output<typeof EndpointStatus>;

export const LinkStatus = z.object({
  phase: z.enum(LINK_PHASES),
  transport: z.enum(["veth", "vxlan"]).nullable(),
  vni: z.int().nullable(),
  mtu: z.int().nullable().meta({ description: "bytes, as programmed" }),
  observedRevision: z.int(),
  endpoints: z.array(EndpointStatus),
  /** One entry for each direction that is impaired, by the Link or by a fault. */
  impairments: z.array(ImpairmentStatus).optional(),
  conditions: z.array(Condition),
});
export type LinkStatus = z.output<typeof LinkStatus>;

export const LinkInput = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal("Link").optional(),
  metadata: MetadataInput,
  spec: LinkSpec,
  status: serverOwned,
});
export type LinkInput = z.output<typeof LinkInput>;

export const Link = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Link"),
  metadata: Metadata,
  spec: LinkSpec,
  status: LinkStatus,
});
export type Link = z.output<typeof Link>;
