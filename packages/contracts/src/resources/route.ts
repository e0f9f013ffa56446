import { z } from "zod";
import { familyOf, IpAddress, RouteDestination } from "../net/fields.js";

/** A route over the interface it is written at. Without `via` the destination is on the wire itself. */
export const Route = z.strictObject({ to: RouteDestination, via: IpAddress.optional() }).superRefine((route, ctx) => {
  if (route.to === "default" && route.via === undefined) {
    ctx.addIssue({ code: "custom", path: ["via"], message: "is needed for a default route" });
  }
  if (route.to !== "default" && route.via !== undefined && familyOf(route.to) !== familyOf(route.via)) {
    ctx.addIssue({ code: "custom", path: ["via"], message: `is not of the same family as ${route.to}` });
  }
});
export type Route = z.output<typeof Route>;
