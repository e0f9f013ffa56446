/** Steps that can break or mend something: an outage is told after the last of them. */
export const DISTURBING: ReadonlySet<string> = new Set([
  "fault",
  "heal",
  "cut",
  "restore",
  "reroute",
  "kill",
  "restart",
]);
