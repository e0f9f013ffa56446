import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { isObject, type JsonObject } from "../config/node-config.js";
import { type CniVersion, isAtLeast } from "../config/version.js";
import { CniError } from "../error.js";

/** A result in the form of CNI 1.1.0, without its version. Fields we do not know are kept. */
export interface Result {
  readonly interfaces: readonly JsonObject[];
  readonly ips: readonly ResultIp[];
  readonly routes: readonly JsonObject[];
  readonly dns?: JsonObject;
}

export interface ResultIp extends JsonObject {
  /** With prefix length. */
  readonly address: string;
  /** Index into the result's interfaces; absent = of the interface the runtime asked for. */
  readonly interface?: number;
}

export const EMPTY_RESULT: Result = { interfaces: [], ips: [], routes: [] };

/** Reads a result of any version from 0.3.0 on; throws with code 6, `who` wrote it. */
export function readResult(raw: JsonObject, who: string): Result {
  const interfaces = listOf(raw.interfaces, `${who}: interfaces`);
  const ips = listOf(raw.ips, `${who}: ips`).map((ip) => {
    const { version: _, ...rest } = ip;
    if (typeof rest.address !== "string") throw wrong(`${who}: an address without text`);
    const index = rest.interface;
    if (index !== undefined && !(Number.isInteger(index) && (index as number) in interfaces)) {
      throw wrong(`${who}: an address on an interface that is not in the list`);
    }
    return rest as ResultIp;
  });
  const routes = listOf(raw.routes, `${who}: routes`);
  return { interfaces, ips, routes, ...(isObject(raw.dns) ? { dns: raw.dns } : {}) };
}

/** CNI SPEC, "Result types": 0.3 and 0.4 say the family of an address, 1.1 alone the MTU and a route's metrics. */
export function writeResult(result: Result, version: CniVersion): JsonObject {
  const is11 = isAtLeast(version, "1.1.0");
  return {
    cniVersion: version,
    interfaces: is11 ? result.interfaces : result.interfaces.map((item) => pick(item, ["name", "mac", "sandbox"])),
    ips: isAtLeast(version, "1.0.0")
      ? result.ips
      : result.ips.map((ip) => ({ version: ip.address.includes(":") ? "6" : "4", ...ip })),
    routes: is11 ? result.routes : result.routes.map((route) => pick(route, ["dst", "gw"])),
    dns: result.dns ?? {},
  };
}

/** `raw` itself when it is of that version already. */
export function convertResult(raw: JsonObject, version: CniVersion, who: string): JsonObject {
  return raw.cniVersion === version ? raw : writeResult(readResult(raw, who), version);
}

function pick(item: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]));
}

function listOf(value: unknown, what: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw wrong(`${what} are no list of objects`);
}

function wrong(message: string): CniError {
  return new CniError(CNI_ERROR.decode, `result of ${message}`);
}
