import type { Change } from "@ratchet/contracts";

/** What a change did, as a person would say it. */
export function changeText(change: Change): string {
  const before = specOf(change.before);
  const after = specOf(change.after);
  switch (change.verb) {
    case "create":
      return "Created";
    case "delete":
      return "Deleted";
    case "kill":
      return "Killed";
    case "restart":
      return "Restarted";
    case "end":
      return "Ended";
    case "restore":
      return "Brought back from a backup";
    case "reroute":
      return reroutedTo(before, after) ?? "Re-routed";
    case "revert":
    case "update": {
      const text = updateText(before, after);
      return change.verb === "revert" ? `Taken back: ${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
    }
  }
}

type Fields = Record<string, unknown>;

function updateText(before: Fields | undefined, after: Fields | undefined): string {
  if (!before) return "Created";
  if (!after) return "Deleted";
  if (before.state !== after.state) return after.state === "down" ? "Cut" : "Restored";
  const moved = reroutedTo(before, after);
  if (moved) return moved;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return fields.length === 0 ? "Changed" : `Changed ${fields.join(", ")}`;
}

function reroutedTo(before: Fields | undefined, after: Fields | undefined): string | undefined {
  const [old, now] = [endsOf(before), endsOf(after)];
  const moved = now.find((end, index) => old[index] !== undefined && end !== old[index]);
  return moved === undefined ? undefined : `Re-routed to ${moved}`;
}

function endsOf(spec: Fields | undefined): string[] {
  const ends = spec?.endpoints;
  if (!Array.isArray(ends)) return [];
  return ends.map((end: { pod?: string; interface?: string }) => `${end.pod ?? ""}:${end.interface ?? ""}`);
}

function specOf(object: object | null): Fields | undefined {
  if (object === null || !("spec" in object)) return undefined;
  return object.spec as Fields;
}
