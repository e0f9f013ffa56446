import { Name } from "@ratchet/contracts";
import { refuse } from "./problem-error.js";

/** @throws ProblemError Invalid, when the path's namespace is no name */
export function namespaceParam(value: string): string {
  if (Name.safeParse(value).success) return value;
  throw refuse("Invalid", [{ field: "namespace", message: `${Name.safeParse(value).error?.issues[0]?.message}` }]);
}
