import { z } from "zod";
import { InterfaceAddress, MacAddress, Name, WireInterfaceName } from "../net/fields.js";
import { Route } from "../resources/route.js";

/** Moves one end. Fields absent in `to` come from the old end, except `mac`. */
export const RerouteRequest = z.strictObject({
  endpoint: z.union([z.literal(0), z.literal(1)], { error: "must be 0 or 1" }),
  to: z.strictObject({
    pod: Name.optional(),
    interface: WireInterfaceName.optional(),
    addresses: z.array(InterfaceAddress).max(64).optional(),
    routes: z.array(Route).max(256).optional(),
    mac: MacAddress.optional(),
  }),
});
export type RerouteRequest = z.output<typeof RerouteRequest>;
