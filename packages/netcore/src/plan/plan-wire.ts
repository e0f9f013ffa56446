import type { RedirectTarget } from "../model/panel.js";
import type { Planned } from "./planned.js";

/** One end of a wire in the panel, as it is when the actions planned before have run. */
export interface WireEnd {
  /** For messages: `namespace/pod:interface`, or `tunnel 4711`. */
  label: string;
  /** Undefined while the port or tunnel does not exist. */
  ifIndex: number | undefined;
  isTunnel: boolean;
  isUp: boolean;
  redirect: RedirectTarget | undefined;
  /** The device through which frames to this end shall be led: the relay's, when it is to impair them. */
  relay?: RelayEnd | undefined;
}

export interface RelayEnd {
  ifIndex: number;
  isUp: boolean;
  redirect: RedirectTarget | undefined;
}

export interface WireSpec {
  /** Path of the panel. */
  panel: string;
  state: "up" | "down";
  far: "present" | "absent" | "unknown";
}

/**
 * The actions that join two ends, or keep them apart, in order. Pure.
 *
 * Carrier falls first and rises last, so that no pod sees a carrier on a wire that does not carry. Where one end
 * stays and the other is new, the way back and the new end's carrier come before the way there: otherwise the first
 * frame's answer is lost and ARP waits a second.
 */
export function planWire(spec: WireSpec, a: WireEnd, b: WireEnd): Planned[] {
  const isWhole = a.ifIndex !== undefined && b.ifIndex !== undefined;
  if (!isWhole) return [a, b].flatMap((end) => planUnwired(spec.panel, end, "the wire's other end is not there"));

  const carrier = wantedCarrier(spec);
  const lowered = carrier === false ? [a, b].flatMap((end) => lower(spec.panel, end, lowerReason(spec))) : [];
  const ordered = isNewTo(b, a) && !isNewTo(a, b) ? [b, a] : [a, b];
  const [first, second] = ordered as [WireEnd, WireEnd];
  const raised = carrier === true ? [first, second].map((end) => raise(spec.panel, end)) : [[], []];
  const joinFirst = join(spec.panel, first, second);
  const joinSecond = join(spec.panel, second, first);
  const isMove = joinFirst.length > 0 && second.isUp && second.redirect !== undefined;
  return isMove
    ? [...lowered, ...joinFirst, ...raised[0]!, ...joinSecond, ...raised[1]!]
    : [...lowered, ...joinFirst, ...joinSecond, ...raised[0]!, ...raised[1]!];
}

/** The actions for an end that no wire uses: no carrier, and nothing comes through. */
export function planUnwired(panel: string, end: WireEnd, finding: string): Planned[] {
  if (end.ifIndex === undefined) return [];
  const actions = lower(panel, end, `has carrier though ${finding}`);
  if (end.redirect !== undefined) {
    actions.push({
      action: { op: "removeRedirect", netns: panel, from: { ifIndex: end.ifIndex } },
      finding: `${end.label} is connected though ${finding}`,
    });
  }
  return actions;
}

/** Undefined = leave it as it is: carrier drops on positive knowledge only. */
function wantedCarrier(spec: WireSpec): boolean | undefined {
  if (spec.state === "down" || spec.far === "absent") return false;
  return spec.far === "present" ? true : undefined;
}

function isNewTo(end: WireEnd, other: WireEnd): boolean {
  return end.redirect !== other.ifIndex && (end.redirect === undefined || end.redirect === "*");
}

/** What comes out of the relay's device is led on before anything is led into it. */
function join(panel: string, from: WireEnd, to: WireEnd): Planned[] {
  if (from.ifIndex === undefined || to.ifIndex === undefined) return [];
  const { relay } = to;
  if (relay === undefined) return lead(panel, from, to.ifIndex);
  const actions: Planned[] = [];
  if (!relay.isUp) {
    const action = { op: "setLink", netns: panel, link: { ifIndex: relay.ifIndex }, isUp: true } as const;
    actions.push({ action, finding: `the relay's device to ${to.label} is down` });
  }
  const out = { label: `the relay to ${to.label}`, ifIndex: relay.ifIndex, redirect: relay.redirect };
  return [...actions, ...lead(panel, out, to.ifIndex), ...lead(panel, from, relay.ifIndex)];
}

function lead(panel: string, from: Pick<WireEnd, "label" | "ifIndex" | "redirect">, to: number): Planned[] {
  if (from.ifIndex === undefined || from.redirect === to) return [];
  const finding =
    from.redirect === undefined
      ? `the cross-connect from ${from.label} is missing`
      : `the cross-connect from ${from.label} leads elsewhere`;
  const action = {
    op: "redirect",
    netns: panel,
    from: { ifIndex: from.ifIndex },
    to: { ifIndex: to },
  } as const;
  return [{ action, finding }];
}

function lowerReason(spec: WireSpec): string {
  return spec.state === "down" ? "has carrier though the wire is cut" : "has carrier though the far end is gone";
}

function lower(panel: string, end: WireEnd, why: string): Planned[] {
  if (end.ifIndex === undefined || end.isTunnel || !end.isUp) return [];
  const action = { op: "setLink", netns: panel, link: { ifIndex: end.ifIndex }, isUp: false } as const;
  return [{ action, finding: `${end.label} ${why}` }];
}

function raise(panel: string, end: WireEnd): Planned[] {
  if (end.ifIndex === undefined || end.isTunnel || end.isUp) return [];
  const action = { op: "setLink", netns: panel, link: { ifIndex: end.ifIndex }, isUp: true } as const;
  return [{ action, finding: `the panel half of ${end.label} is down` }];
}
