import type { Random } from "../random.js";
import { hostileValue } from "./hostile.js";

/** The part of JSON Schema 2020-12 that the API's own description uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
}

/** Texts that some field of the API takes; which one is not told by its pattern. */
const WORDS = [
  "a",
  "b",
  "web-0",
  "in1",
  "eth1",
  "10.0.0.1/24",
  "fd00::1/64",
  "10.0.0.2",
  "default",
  "02:00:00:00:00:01",
];

/** A value of the shape: near enough to valid that a mutation of it reaches deep. */
export function sampleSchema(
  random: Random,
  schema: JsonSchema,
  resolve: (ref: string) => JsonSchema,
  depth = 8,
): unknown {
  if (depth === 0) return null;
  const again = (inner: JsonSchema) => sampleSchema(random, inner, resolve, depth - 1);
  if (schema.$ref !== undefined) return again(resolve(schema.$ref));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return again(random.pick(choices));
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(again));
  switch (Array.isArray(schema.type) ? random.pick(schema.type) : schema.type) {
    case "object":
      return sampleObject(random, schema, again);
    case "array": {
      const least = schema.minItems ?? 0;
      const count = random.between(least, Math.max(least, Math.min(schema.maxItems ?? 3, 3)));
      return Array.from({ length: count }, () => again(schema.items ?? {}));
    }
    case "integer":
    case "number": {
      const least = Math.max(schema.minimum ?? 0, -1e6);
      return random.between(Math.ceil(least), Math.floor(Math.min(schema.maximum ?? least + 2000, least + 2000)));
    }
    case "boolean":
      return random.chance(0.5);
    case "null":
      return null;
    case "string":
      return random.pick(WORDS);
    default:
      return hostileValue(random, 1);
  }
}

function sampleObject(random: Random, schema: JsonSchema, again: (inner: JsonSchema) => unknown): object {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {})
    .filter(([name]) => required.has(name) || random.chance(0.4))
    .map(([name, inner]) => [name, again(inner)]);
  if (typeof schema.additionalProperties === "object" && random.chance(0.5)) {
    entries.push([random.pick(WORDS), again(schema.additionalProperties)]);
  }
  return Object.fromEntries(entries);
}
