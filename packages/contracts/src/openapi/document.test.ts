import { expect, test } from "vitest";
import { openApiDocument } from "./document.js";
import { OPERATIONS } from "./operations.js";
import { componentSchemas } from "./schemas.js";

// biome-ignore lint/suspicious/noExplicitAny: a JSON document of many shapes
const json = (value: unknown): any => JSON.parse(JSON.stringify(value));

test("every reference leads somewhere and every operation has a name of its own", () => {
  const document = json(openApiDocument("1"));
  const names = Object.keys(document.components.schemas);
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    expect(names).toContain(name);
  }
  expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
});

test("what an answer may leave out is not said to be there", () => {
  const { ApplyResult, NamespaceList } = json(componentSchemas());
  expect(ApplyResult.properties.plan.items.properties.diff.items.required).toEqual(["path"]);
  expect(NamespaceList.properties.items.items.required).toEqual(["apiVersion", "kind", "metadata"]);
});

test("an object's answer carries its ETag, and a new one its Location", () => {
  const { paths } = json(openApiDocument("1"));
  const { post, get } = paths["/api/v1/namespaces/{namespace}/links"];
  expect(Object.keys(post.responses["201"].headers)).toEqual(["ETag", "Location", "X-Ratchet-Change"]);
  expect(Object.keys(get.responses["200"].headers)).toEqual(["X-Ratchet-Stale-Since"]);
});
