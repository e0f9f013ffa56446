import { z } from "zod";
import { IpAddress, Name, WireInterfaceName } from "../net/fields.js";
import { LINK_PHASES } from "./link.js";

const to = z.union([IpAddress, Name], { error: "must be an IPv4 or IPv6 address, or the name of a pod" });
const percent = z.number().min(0).max(100);
/** One pod or several. */
const pods = z.union([Name, z.array(Name).min(1).max(64)], { error: "must be the name of a pod or a list of them" });

export const THROUGHPUT_MAX_SECONDS = 30;
/** How far back the single packets of a continuous probe are kept while a run goes on. */
export const PROBE_MEMORY_SECONDS = 120;

/** Conditions of checks and of `waitUntil`, by key. Everything that happens in a pod is asked of its agent. */
export const conditionFields = {
  /** ICMP echo from inside a pod. `works`: at least one came back, and no limit below is missed; `fails`: none did. */
  ping: z
    .strictObject({
      from: Name,
      to,
      expect: z.enum(["works", "fails"]).default("works"),
      count: z.int().min(1).max(100).default(3),
      intervalMs: z.int().min(10).max(10_000).default(100),
      waitMs: z.int().min(1).max(10_000).default(1000),
      /** The average round trip is below it. */
      underMs: z.number().min(0).max(3_600_000).optional(),
      /** Less than this is lost. */
      lossUnderPercent: percent.optional(),
    })
    .refine(
      ({ expect, underMs, lossUnderPercent }) => expect === "works" || (underMs ?? lossUnderPercent) === undefined,
      {
        path: ["expect"],
        error: "fails cannot be combined with underMs or lossUnderPercent",
      },
    )
    .optional(),
  /** The routers on the way, by name of their pods. */
  path: z
    .strictObject({ from: Name, to, through: pods.optional(), avoids: pods.optional() })
    .refine(({ through, avoids }) => (through ?? avoids) !== undefined, { error: "must say through or avoids" })
    .optional(),
  /** Carrier of a pod's interface, as its agent reports it. */
  carrier: z.strictObject({ pod: Name, interface: WireInterfaceName, is: z.enum(["up", "down"]) }).optional(),
  link: z.strictObject({ name: Name, phase: z.enum(LINK_PHASES) }).optional(),
  /** TCP between two pods. */
  throughput: z
    .strictObject({
      from: Name,
      to: Name,
      seconds: z.number().min(0.5).max(THROUGHPUT_MAX_SECONDS).default(2),
      atLeastKbit: z.number().min(1).max(1_000_000_000),
    })
    .optional(),
  /** An HTTP request from inside a pod. */
  http: z
    .strictObject({
      from: Name,
      url: z
        .string()
        .max(2048)
        .refine((text) => /^http:\/\/[^/?#\s@]+/.test(text) && URL.canParse(text), {
          error: "must be http://ADDRESS or http://POD with an optional port and path",
        }),
      status: z.int().min(100).max(599).default(200),
      /** Text that the body has. */
      contains: z.string().min(1).max(4096).optional(),
      withinMs: z.int().min(10).max(30_000).default(5000),
    })
    .optional(),
  /** What a continuous probe of this scenario saw, over its last seconds or since the run began. */
  probe: z
    .strictObject({
      name: Name,
      overSeconds: z.number().min(0.1).max(PROBE_MEMORY_SECONDS).optional(),
      lossUnderPercent: percent.optional(),
      /** No outage has been longer; one that lasts counts up to now. */
      outageUnderSeconds: z.number().min(0).max(86_400).optional(),
      /** Whether the newest packet was answered. */
      isUp: z.boolean().optional(),
    })
    .refine((probe) => (probe.lossUnderPercent ?? probe.outageUnderSeconds ?? probe.isUp) !== undefined, {
      error: "must say lossUnderPercent, outageUnderSeconds or isUp",
    })
    .optional(),
} as const;

export const CONDITIONS = ["ping", "path", "carrier", "link", "throughput", "http", "probe"] as const;
export type ConditionKind = (typeof CONDITIONS)[number];

/** Holds an object of optional forms to exactly one of them. */
export function exactlyOne(forms: readonly string[]) {
  return (value: object, ctx: z.RefinementCtx) => {
    const given = forms.filter((form) => (value as Record<string, unknown>)[form] !== undefined);
    if (given.length === 1) return;
    const what = given.length === 0 ? "has none" : `has ${given.join(" and ")}`;
    ctx.addIssue({ code: "custom", message: `must have exactly one of ${forms.join(", ")}; it ${what}` });
  };
}

/** One condition, which holds or does not at a moment. */
export const ScenarioCondition = z.strictObject(conditionFields).superRefine(exactlyOne(CONDITIONS));
export type ScenarioCondition = z.output<typeof ScenarioCondition>;

/** Looks again and again until the condition holds. */
export const WaitUntil = z
  .strictObject({
    ...conditionFields,
    withinSeconds: z.number().min(0.1).max(3600).default(30),
    /** Between the end of one look and the beginning of the next. */
    everyMs: z.int().min(20).max(60_000).default(250),
  })
  .superRefine(exactlyOne(CONDITIONS));
export type WaitUntil = z.output<typeof WaitUntil>;
