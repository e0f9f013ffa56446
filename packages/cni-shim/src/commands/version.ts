import { CNI_VERSIONS } from "@ratchet/contracts/cni-names";
import type { JsonObject } from "../config/node-config.js";
import { isVersion } from "../config/version.js";

/** CNI SPEC 1.1, "VERSION": takes any configuration. */
export function version(raw: JsonObject): JsonObject {
  const asked = raw.cniVersion;
  return { cniVersion: isVersion(asked) ? asked : CNI_VERSIONS.at(-1), supportedVersions: CNI_VERSIONS };
}
