import { fieldErrors, OPERATIONS } from "@ratchet/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { refuse } from "./problem-error.js";

const NoQuery = z.strictObject({});

/** Routes without a query of their own, as the router writes them. */
const WITHOUT_QUERY = new Set(
  OPERATIONS.filter(({ query }) => query === undefined).map(
    ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
  ),
);

/**
 * Refuses query parameters where none is taken: `DELETE ...?dryRun=true` must not delete.
 *
 * @throws ProblemError Invalid
 */
export function checkQuery(request: FastifyRequest): void {
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (!WITHOUT_QUERY.has(`${method} ${request.routeOptions.url}`)) return;
  const parsed = NoQuery.safeParse(request.query);
  if (!parsed.success) throw refuse("Invalid", fieldErrors(parsed.error));
}
