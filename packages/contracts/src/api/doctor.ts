import { z } from "zod";

/** What the doctor can find. */
export const FINDING_CODES = [
  /** A value of the store cannot be read. */
  "ValueUnreadable",
  "KeyUnknown",
  /** A claim, an allocation or a binding whose owner is gone. */
  "Orphan",
  /** An object that lacks a claim or an allocation it should have, or has a wrong one. */
  "ClaimMissing",
  /** Two objects both ask for what only one can have. */
  "Contested",
  /** A change that has been waiting for the history database. */
  "HistoryBehind",
  "NodeAway",
  /** The kernel of a node is not as its agent was asked. */
  "KernelDiffers",
  "DeviceExtra",
  /** An agent works on something else than what the store says. */
  "AgentBehind",
] as const;

export const Finding = z.object({
  code: z.enum(FINDING_CODES),
  /** `store`, `history`, or the name of a node. */
  where: z.string(),
  /** What it is about: a key, an object, a device. */
  subject: z.string(),
  message: z.string().meta({ description: "what is wrong, in plain words" }),
  remedy: z.string().meta({ description: "what to do about it" }),
  isMendable: z.boolean().meta({ description: "whether POST /api/v1/doctor does it" }),
});
export type Finding = z.output<typeof Finding>;

/** What the doctor saw. */
export const DoctorReport = z.object({
  at: z.iso.datetime(),
  revision: z.int(),
  /** Nodes whose kernel was looked at. */
  nodes: z.array(z.string()),
  findings: z.array(Finding).meta({ description: "what is wrong; after POST: what still is" }),
  mended: z.array(Finding).meta({ description: "what was wrong and no longer is; empty for GET" }),
});
export type DoctorReport = z.output<typeof DoctorReport>;
