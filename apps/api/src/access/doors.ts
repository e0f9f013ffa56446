import type { Identity } from "./identity.js";

/** What a load balancer or a page asks before it can have a token. Nothing of the network is in the answers. */
const OPEN_ROUTES = new Set(["/healthz", "/readyz", "/api/v1/session"]);

const SOCKET_ROLES: Readonly<Record<string, Identity["role"]>> = {
  "/api/v1/agent": "node",
  "/api/v1/peer": "replica",
};

/**
 * Whether a route wants a token. `route` is what the router matched and not what was sent, which can be written in
 * many ways; undefined where nothing matched: then there is the page, or nothing.
 */
export function isOpenRoute(route: string | undefined, url: string): boolean {
  if (route === undefined) return !/^\/+(api|metrics)(\/|\?|$)/i.test(url);
  return OPEN_ROUTES.has(route);
}

/** Why this identity may not use a route of REST; undefined when it may. */
export function routeRefusal(identity: Identity, route: string | undefined, method: string): string | undefined {
  if (identity.role === "local" || identity.role === "operator") return undefined;
  if (identity.role === "metrics" && route === "/metrics" && (method === "GET" || method === "HEAD")) return undefined;
  return `a token of role ${identity.role} does not open this: it needs the operator's`;
}

/** Why this identity may not open a WebSocket; undefined when it may. */
export function socketRefusal(identity: Identity, path: string): string | undefined {
  const wanted = SOCKET_ROLES[path] ?? "operator";
  if (identity.role === "local" || identity.role === wanted) return undefined;
  return `a token of role ${identity.role} does not open ${path}: it needs one of role ${wanted}`;
}
