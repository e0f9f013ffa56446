import { type FieldError, fieldErrors } from "@ratchet/contracts";
import { z } from "zod";
import { ProblemError, refuse } from "../http/problem-error.js";

/** Where an object was addressed: the path of the request, or nothing in an apply. */
export interface Address {
  namespace: string;
  name?: string;
}

/**
 * Reads a body against its schema and holds its name and namespace to the path's.
 *
 * @throws ProblemError Invalid, with every field that is wrong
 */
export function parseObject<T extends { metadata: { namespace?: string; name: string } }>(
  schema: z.ZodType<T>,
  body: unknown,
  address: Address,
): T {
  checkSomething(body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refuse("Invalid", fieldErrors(parsed.error));
  const errors: FieldError[] = [];
  const { namespace, name } = parsed.data.metadata;
  if (namespace !== undefined && namespace !== address.namespace) {
    errors.push({
      field: "metadata.namespace",
      message: `is ${namespace}, but the path says ${address.namespace}: make them equal or leave it out`,
    });
  }
  if (address.name !== undefined && name !== address.name) {
    errors.push({
      field: "metadata.name",
      message: `is ${name}, but the path says ${address.name}: an object cannot be renamed`,
    });
  }
  if (errors.length > 0) throw refuse("Invalid", errors);
  return parsed.data;
}

/** Reads a query string; unknown parameters are refused, so that a misspelt one is not ignored. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw refuse("Invalid", fieldErrors(parsed.error));
}

/** Reads a body that is not a resource. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  checkSomething(body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw refuse("Invalid", fieldErrors(parsed.error));
}

const Nothing = z.strictObject({}).optional();

/** Holds a request that says everything in its path to that. @throws ProblemError Invalid */
export function expectNoBody(body: unknown): void {
  const parsed = Nothing.safeParse(body ?? undefined);
  if (!parsed.success) throw refuse("Invalid", fieldErrors(parsed.error));
}

function checkSomething(body: unknown): void {
  if (body === undefined) throw new ProblemError("Malformed", "the body is empty: send a JSON object");
}

/** Puts a prefix before every field of a refusal: which document of many it was about. */
export function inDocument(error: unknown, prefix: string): unknown {
  if (!(error instanceof ProblemError)) return error;
  const errors = error.errors.map((item) => ({
    ...item,
    field: item.field === "" ? prefix : `${prefix}.${item.field}`,
  }));
  return new ProblemError(error.code, `${prefix}: ${error.message}`, { errors });
}
