import { z } from "zod";

const coordinate = z.number().min(-1e6).max(1e6);

/** Where things stand on the page, saved for everyone: `pod/centosa` to canvas coordinates. */
export const Layout = z.strictObject({
  positions: z
    .record(z.string().regex(/^(pod|node)\/[a-z0-9.-]{1,253}$/), z.strictObject({ x: coordinate, y: coordinate }))
    .refine((positions) => Object.keys(positions).length <= 20_000, { error: "must be at most 20000 positions" }),
});
export type Layout = z.output<typeof Layout>;
