import { z } from "zod";
import { wordingOf } from "./wording.js";

// For every schema that has no words of its own.
z.config({ customError: wordingOf });

/** Every refusal the API knows, and its one HTTP status. */
export const PROBLEM_STATUS = {
  Malformed: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  InterfaceTaken: 409,
  AddressTaken: 409,
  VniTaken: 409,
  PoolExhausted: 409,
  PoolInUse: 409,
  Conflict: 409,
  Stale: 412,
  TooLarge: 413,
  UnsupportedMediaType: 415,
  UpgradeRequired: 426,
  Invalid: 422,
  Unsupported: 422,
  Internal: 500,
  Unavailable: 503,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;
export const PROBLEM_CODES = Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]];

/** One thing wrong with one field. `field` as `spec.endpoints[0].interface`; empty for the whole document. */
export const FieldError = z.object({
  field: z.string(),
  message: z.string(),
  code: z.string().optional(),
  /** Where it is in a YAML body, from 1. */
  line: z.int().optional(),
});
export type FieldError = z.output<typeof FieldError>;

/** RFC 9457, `application/problem+json`. */
export const Problem = z.object({
  type: z.string().meta({ examples: ["https://ratchet.network/problems/Invalid"] }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  errors: z.array(FieldError),
});
export type Problem = z.output<typeof Problem>;

/** Writes a zod path the way people write it: `spec.endpoints[0].interface`, `metadata.labels["a.b/c"]`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : keyText(String(step), text === "");
  return text;
}

function keyText(key: string, isFirst: boolean): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return isFirst ? key : `[${JSON.stringify(key)}]`;
  return isFirst ? key : `.${key}`;
}

/** Turns zod's issues into field errors; an unknown key is reported at that key. */
export function fieldErrors(error: z.ZodError, prefix: readonly PropertyKey[] = []): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ field: fieldPath([...path, key]), message: "is not a known field" }));
    }
    return [{ field: fieldPath(path), message: issue.message }];
  });
}
