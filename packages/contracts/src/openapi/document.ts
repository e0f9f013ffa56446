import { OPERATIONS, type Operation } from "./operations.js";
import { componentSchemas } from "./schemas.js";

const OBJECT = { type: "object" } as const;

/** The API's description, OpenAPI 3.1, made from the schemas that check requests. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ratchet",
      version,
      summary: "A link control plane for containers",
      description:
        "Changes are also streamed: WebSocket `/api/v1/stream?since=REVISION&store=STOREID&namespace=NS` sends the frames of schema StreamFrame.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "where this document came from" }],
    // The empty one: without tokens the API answers to its own machine alone, and asks for nothing.
    security: [{}, { bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "the operator's token; `ratchetctl init` makes it" },
        session: { type: "apiKey", in: "cookie", name: "ratchet_session", description: "from POST /api/v1/session" },
      },
    },
  };
}

function describe(operation: Operation): object {
  const { id, tag, summary, body, answer, media, status = 200 } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    parameters: [...pathParameters(operation), ...queryParameters(operation), ...headerParameters(operation)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyContent(body) } }),
    responses: {
      [status]: {
        description: status === 201 ? "Created" : "Done",
        ...answerHeaders(operation),
        ...(answer === undefined ? {} : { content: { "application/json": { schema: ref(answer) } } }),
        ...(media === undefined ? {} : { content: { [media]: { schema: { type: "string" } } } }),
      },
      default: {
        description: "Refused; 503 comes with Retry-After",
        content: { "application/problem+json": { schema: ref("Problem") } },
      },
    },
  };
}

const TAGGED: readonly (string | undefined)[] = ["Pod", "Link", "Fault", "Scenario", "Run", "Node"];

function answerHeaders({ method, answer, status }: Operation): object {
  const schema = { type: "string" };
  const headers = {
    ...(TAGGED.includes(answer) && method !== "delete"
      ? { ETag: { description: 'the object\'s revision, as "42"', schema } }
      : {}),
    ...(status === 201 ? { Location: { description: "path of the new object", schema } } : {}),
    ...(method === "get"
      ? {
          "X-Ratchet-Stale-Since": {
            description: "there while the store is away: since when, and that the answer is what was last known",
            schema: { type: "string", format: "date-time" },
          },
        }
      : {}),
    ...(method === "get" || answer === "Layout" || ["Session", "PingResult", "TraceResult"].includes(answer ?? "")
      ? {}
      : { "X-Ratchet-Change": { description: "ids of the changes that were recorded, for undo", schema } }),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function bodyContent(body: NonNullable<Operation["body"]>): object {
  if (body === "MergePatch") {
    return { "application/merge-patch+json": { schema: OBJECT }, "application/json": { schema: OBJECT } };
  }
  if (body === "Manifests") {
    const json = { oneOf: [OBJECT, { type: "array", items: OBJECT }] };
    return { "application/json": { schema: json }, "application/yaml": { schema: { type: "string" } } };
  }
  if (body === "RunOrScenario") {
    const schema = { oneOf: [ref("RunInput"), ref("ScenarioInput")] };
    return { "application/json": { schema }, "application/yaml": { schema: { type: "string" } } };
  }
  return { "application/json": { schema: ref(body) } };
}

function pathParameters({ path }: Operation): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query = [] }: Operation): object[] {
  const typeOf = (name: string) =>
    ["limit", "seconds", "seed", "step"].includes(name) ? "integer" : name === "dryRun" ? "boolean" : "string";
  return query.map((name) => ({ name, in: "query", schema: { type: typeOf(name) } }));
}

function headerParameters({ method, isConditional }: Operation): object[] {
  const schema = { type: "string" };
  const actor = { name: "X-Ratchet-Actor", in: "header", description: "who asks, for the history", schema };
  const match = { name: "If-Match", in: "header", description: 'the revision it must be at, as "42"', schema };
  return [...(isConditional ? [match] : []), ...(method === "get" ? [] : [actor])];
}

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}
