import type { Action } from "../executor/action.js";
import type { PanelLink } from "../model/panel.js";
import type { Planned } from "./planned.js";

/** The node's own end of a tunnel, with the name that follows from it. */
export interface TunnelSpec {
  /** Path of the panel, where the device lies. */
  panel: string;
  /** Path of the node's namespace, where its UDP socket stays, and the underlay interface there. */
  underlay: string;
  parent: string;
  ifName: string;
  alias: string;
  vni: number;
  localAddress: string;
  remoteAddress: string;
  port: number;
  mtuBytes: number;
}

export interface TunnelPlan {
  actions: Planned[];
  /** Something has to be deleted first; planned again when the kernel says it is gone. */
  isBlocked: boolean;
}

/** The actions that turn a tunnel into what is asked for, in order. Pure. */
export function planTunnel(spec: TunnelSpec, actual: PanelLink | undefined): TunnelPlan {
  if (actual === undefined) return { actions: [create(spec)], isBlocked: false };
  if (mustReplace(spec, actual)) {
    const action: Action = { op: "deleteLinks", netns: spec.panel, links: [{ ifIndex: actual.ifIndex }] };
    const finding = `${actual.ifName} leads elsewhere than the tunnel ${spec.vni} should`;
    return { actions: [{ action, finding }], isBlocked: true };
  }
  return { actions: amend(spec, actual), isBlocked: false };
}

function create(spec: TunnelSpec): Planned {
  const { panel, underlay, parent, ifName, alias, vni, mtuBytes } = spec;
  const action: Action = {
    op: "createVxlan",
    netns: underlay,
    panel,
    parent: { ifName: parent },
    ifName,
    alias,
    vni,
    local: spec.localAddress,
    remote: spec.remoteAddress,
    dstPort: spec.port,
    mtuBytes,
    isUp: true,
  };
  return { action, finding: `the tunnel ${vni} is missing` };
}

function amend(spec: TunnelSpec, actual: PanelLink): Planned[] {
  const change: { mtuBytes?: number; alias?: string; isUp?: boolean } = {};
  const findings: string[] = [];
  if (actual.mtuBytes !== spec.mtuBytes) {
    change.mtuBytes = spec.mtuBytes;
    findings.push(`the tunnel ${spec.vni} has MTU ${actual.mtuBytes} instead of ${spec.mtuBytes}`);
  }
  if (actual.alias !== spec.alias) {
    change.alias = spec.alias;
    findings.push(`the alias of the tunnel ${spec.vni} is ${JSON.stringify(actual.alias)}`);
  }
  if (!actual.isUp) {
    change.isUp = true;
    findings.push(`the tunnel ${spec.vni} is down`);
  }
  if (findings.length === 0) return [];
  const link = { ifIndex: actual.ifIndex };
  return [{ action: { op: "setLink", netns: spec.panel, link, ...change }, finding: findings.join(", ") }];
}

// The kernel fixes VNI and port at creation; a moved VTEP is rare enough to share the one tested path.
function mustReplace(spec: TunnelSpec, actual: PanelLink): boolean {
  const { vxlan } = actual;
  return (
    vxlan === undefined ||
    vxlan.vni !== spec.vni ||
    vxlan.dstPort !== spec.port ||
    vxlan.local !== spec.localAddress ||
    vxlan.remote !== spec.remoteAddress
  );
}
