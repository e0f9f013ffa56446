import { z } from "zod";
import { InterfaceAddress, MacAddress, MtuBytes, Name, Vni, WireInterfaceName } from "../net/fields.js";
import { checkImpairment, impairmentFields } from "../resources/impairment.js";
import { AUTO_ADDRESSES, TRANSPORTS } from "../resources/link.js";
import { Labels } from "../resources/metadata.js";
import { Route } from "../resources/route.js";

const endFields = {
  interface: WireInterfaceName,
  addresses: z.array(InterfaceAddress).max(64).optional(),
  routes: z.array(Route).max(256).optional(),
  mac: MacAddress.optional(),
};

/** The other end: a pod of the same namespace by name, or the newest ready one that matches. */
const AnnotatedPeer = z
  .strictObject({ pod: Name.optional(), podSelector: Labels.optional(), ...endFields })
  .superRefine((peer, ctx) => {
    if ((peer.pod === undefined) !== (peer.podSelector === undefined)) return;
    ctx.addIssue({ code: "custom", message: "must have exactly one of pod, podSelector" });
  });

/** One direction: `self` for the frames that this pod sends, `peer` for those it receives. */
const AnnotatedImpairment = z
  .strictObject({ from: z.enum(["self", "peer"]), ...impairmentFields })
  .superRefine(checkImpairment);

/** One entry of the annotation `ratchet.network/links`: a wire of the pod that carries it. */
export const AnnotatedLink = z.strictObject({
  /** Name of the Link; by default the pod's and the interface's. */
  name: Name.optional(),
  ...endFields,
  peer: AnnotatedPeer,
  transport: z.enum(TRANSPORTS).optional(),
  mtu: MtuBytes.optional(),
  vni: Vni.optional(),
  /** An address for both ends from the namespace's pool. */
  autoAddresses: z.enum(AUTO_ADDRESSES).optional(),
  state: z.enum(["up", "down"]).optional(),
  impairments: z.array(AnnotatedImpairment).max(2).optional(),
});
export type AnnotatedLink = z.output<typeof AnnotatedLink>;
