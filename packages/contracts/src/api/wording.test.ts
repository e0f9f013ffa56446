import { expect, test } from "vitest";
import { LinkInput } from "../resources/link.js";
import { PodInput } from "../resources/pod.js";
import { ListQuery } from "./list.js";
import { fieldErrors } from "./problem.js";

const said = (result: { success: boolean; error?: unknown }) =>
  fieldErrors(result.error as never).map(({ field, message }) => `${field} ${message}`);
const pod = (more: object) => PodInput.safeParse({ metadata: { name: "a" }, spec: {}, ...more });

test.each([
  [pod({ metadata: {} }), "metadata.name is missing: it must be a string"],
  [pod({ metadata: { name: 5 } }), "metadata.name must be a string, not 5"],
  [pod({ kind: "Link" }), "kind must be Pod"],
  [pod({ spec: { interfaces: {} } }), "spec.interfaces must be a list, not an object"],
  [pod({ spec: { interfaces: [{ name: "e", mtu: 1.5 }] } }), "spec.interfaces[0].mtu must be a whole number, not 1.5"],
  [pod({ spec: { interfaces: [{ name: "e", mtu: 67 }] } }), "spec.interfaces[0].mtu must be at least 68"],
  [pod({ spec: { loopback: Array(65).fill("10.0.0.1/32") } }), "spec.loopback must have at most 64 entries"],
  [
    LinkInput.safeParse({ metadata: { name: "l" }, spec: { endpoints: [], state: "on" } }),
    "spec.state must be one of up, down",
  ],
  [ListQuery.safeParse({ limit: "0" }), "limit must be at least 1"],
  [ListQuery.safeParse({ limit: "x" }), "limit must be a whole number"],
  [ListQuery.safeParse({ limit: "1e1" }), "limit must be a whole number"],
])("says what a field must be: %#", (result, text) => {
  expect(said(result)).toContain(text);
});

test("a name made to keep a pattern busy is refused at once", () => {
  const startMs = performance.now();
  expect(pod({ spec: { sysctls: { [`net${"/a.a".repeat(200)}!`]: "1" } } }).success).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test("says why a key is none, and puts keys with dots and slashes in brackets", () => {
  const [label] = said(pod({ metadata: { name: "a", labels: { "a b": "c" } } }));
  expect(label).toMatch(/^metadata\.labels\["a b"\] must be a label key/);
  const [value] = said(pod({ metadata: { name: "a", labels: { "ratchet.network/set": "c d" } } }));
  expect(value).toMatch(/^metadata\.labels\["ratchet\.network\/set"\] must be a label value/);
  const [sysctl] = said(pod({ spec: { sysctls: { "net/../kernel/panic": "1" } } }));
  expect(sysctl).toMatch(/^spec\.sysctls\["net\/\.\.\/kernel\/panic"\] must be a sysctl of the network namespace/);
});
