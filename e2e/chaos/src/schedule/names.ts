import type { EndSpec } from "../model/world.js";

export const NAMESPACES = ["default", "blue"] as const;
export const PODS = ["a", "b", "c", "d", "e"] as const;
/** The longest that the kernel takes is among them. */
export const INTERFACES = ["e0", "e1", "e2", "abcdefghijklmno"] as const;
export const LINKS = Array.from({ length: 12 }, (_, index) => `l${index}`);
/** Links with a selector at one end: each has an interface of its own, so that whatever it chooses has room for it. */
export const SELECTING = Array.from({ length: 4 }, (_, index) => `s${index}`);
export const TIERS = ["web", "db"] as const;
export const SETS = ["red", "green"] as const;
export const EXPLICIT_VNIS = [101, 102, 103, 104] as const;

/** A number for a link that no other link of any namespace has. */
export function numberOf(namespace: string, link: string): number {
  const inNamespace = Number(link.slice(1)) + (link.startsWith("s") ? 50 : 0);
  return NAMESPACES.indexOf(namespace as (typeof NAMESPACES)[number]) * 100 + inNamespace;
}

/** The addresses of one end: the link's own, so that a frame gone astray shows where it came from. */
export function addressOf(namespace: string, link: string, end: 0 | 1, isV6: boolean): string {
  const number = numberOf(namespace, link);
  return isV6 ? `fd00:${(number + 1).toString(16)}::${end + 1}/64` : `10.${number}.0.${end + 1}/24`;
}

export function macOf(namespace: string, link: string, end: 0 | 1): string {
  return `02:aa:00:00:${numberOf(namespace, link).toString(16).padStart(2, "0")}:0${end}`;
}

/** A network behind the other end. */
export function routeOf(namespace: string, link: string, end: 0 | 1): NonNullable<EndSpec["routes"]>[number] {
  const via = addressOf(namespace, link, end === 0 ? 1 : 0, false).split("/")[0] as string;
  return { to: `172.${16 + end}.${numberOf(namespace, link)}.0/24`, via };
}
