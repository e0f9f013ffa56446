import type { Action, SetLink } from "../executor/action.js";

/** One step for the executor, with what was found not to be as asked: what a person reads when it was a repair. */
export interface Planned {
  action: Action;
  finding: string;
}

/** What a repair found and did, for a person. */
export function describeRepair(plan: readonly Planned[]): string {
  const findings = [...new Set(plan.map(({ finding }) => finding))];
  const deeds = [...new Set(plan.map(({ action }) => deedOf(action)))];
  return `found: ${findings.join(", ")}; done: ${deeds.join(", ")}`;
}

function deedOf(action: Action): string {
  switch (action.op) {
    case "createVeth":
      return "made the port again";
    case "createVxlan":
      return `made the tunnel ${action.vni} again`;
    case "setLink":
      return `set ${changeOf(action)}`;
    case "deleteLinks":
      return "deleted what was in the way";
    case "redirect":
      return "set the cross-connect";
    case "removeRedirect":
      return "removed the cross-connect";
    case "addAddress":
      return `added ${action.address}`;
    case "deleteAddress":
      return `removed ${action.address}`;
    case "addRoute":
    case "replaceRoute":
      return `added the route to ${action.to}`;
    case "deleteRoute":
      return `removed the route to ${action.to}`;
    case "setShaper":
      return "set what impairs it";
    case "removeShaper":
      return "removed what impaired it";
    case "setSysctl":
      return `set ${action.name}`;
    case "announce":
      return "announced the other end";
    case "createBridge":
      return `made ${action.ifName}`;
  }
}

function changeOf({ isUp, mtuBytes, mac, alias, ifName }: SetLink): string {
  const parts: string[] = [];
  if (ifName !== undefined) parts.push(`name ${ifName}`);
  if (mtuBytes !== undefined) parts.push(`MTU ${mtuBytes}`);
  if (mac !== undefined) parts.push(`MAC ${mac}`);
  if (alias !== undefined) parts.push("the alias");
  if (isUp !== undefined) parts.push(isUp ? "up" : "down");
  return parts.join(", ");
}
