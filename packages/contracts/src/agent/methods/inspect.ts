import { z } from "zod";

/** Has an agent read its kernel anew and compare it with what it was last asked to have. */
export const InspectParams = z.strictObject({
  /** Also remove what does not belong in the panel, and do again what was put off. */
  mend: z.boolean().default(false),
});
export type InspectParams = z.output<typeof InspectParams>;

const text = z.string().max(1024);

export const InspectResult = z.object({
  /** Name of the panel's namespace, as `ip -n` takes it. */
  panel: text,
  /** What is not as asked, by object. */
  differences: z
    .array(z.object({ kind: z.enum(["Link", "Pod"]), namespace: text, name: text, findings: z.array(text) }))
    .max(10_000),
  /** Devices in the panel that no assignment asks for. `isOwn`: by its name an agent made it. */
  extras: z.array(z.object({ ifName: text, kind: text, alias: text, isOwn: z.boolean() })).max(10_000),
  /** The ports and tunnels that the kernel has, for whoever knows better what it should have. */
  ports: z.array(z.object({ podUid: text, interface: text })),
  vnis: z.array(z.int()),
});
export type InspectResult = z.output<typeof InspectResult>;
