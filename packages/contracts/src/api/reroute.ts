import { z } from "zod";
import { InterfaceAddress, MacAddress, Name, WireInterfaceName } from "../net/fields.js";
import { Labels } from "../resources/metadata.js";
import { Route } from "../resources/route.js";

/** Moves one end, to a pod by name or to the newest ready one that matches. Fields absent in `to` come from the old end, except `mac`. */
export const RerouteRequest = z.strictObject({
  endpoint: z.union([z.literal(0), z.literal(1)], { error: "must be 0 or 1" }),
  to: z
    .strictObject({
      pod: Name.optional(),
      podSelector: Labels.optional(),
      interface: WireInterfaceName.optional(),
      addresses: z.array(InterfaceAddress).max(64).optional(),
      routes: z.array(Route).max(256).optional(),
      mac: MacAddress.optional(),
    })
    .refine((to) => to.pod === undefined || to.podSelector === undefined, {
      path: ["podSelector"],
      error: "cannot be combined with pod: give one of them",
    }),
});
export type RerouteRequest = z.output<typeof RerouteRequest>;
