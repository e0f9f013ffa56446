import { CNI_ERROR, CNI_VERSION_DEFAULT, CNI_VERSIONS } from "@ratchet/contracts/cni-names";
import { CniError } from "../error.js";

export type CniVersion = (typeof CNI_VERSIONS)[number];

/** True when `version` has what came with `since`. */
export function isAtLeast(version: CniVersion, since: CniVersion): boolean {
  return CNI_VERSIONS.indexOf(version) >= CNI_VERSIONS.indexOf(since);
}

export function isVersion(value: unknown): value is CniVersion {
  return CNI_VERSIONS.includes(value as CniVersion);
}

/** The version of a configuration. Throws with code 1 for one we do not speak. */
export function configVersion(value: unknown, field: string): CniVersion {
  if (value === undefined || value === "") return CNI_VERSION_DEFAULT;
  if (isVersion(value)) return value;
  throw new CniError(
    CNI_ERROR.incompatibleVersion,
    `${field} is not a version this plugin speaks`,
    `set it to one of ${CNI_VERSIONS.join(", ")}`,
  );
}
