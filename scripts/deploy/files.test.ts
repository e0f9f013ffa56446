import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { deployFiles } from "./files.mjs";
import { manifest } from "./render.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files: Record<string, string> = deployFiles();
const values = parse(files["deploy/helm/ratchet/values.yaml"] ?? "");

test.each(Object.keys(files))("%s is what its source makes: else run `npm run deploy-files`", (path) => {
  expect(readFileSync(join(root, path), "utf8")).toBe(files[path]);
});

/** The little of Helm's language that the chart uses. */
function rendered(template: string, namespace: string): unknown[] {
  const at = (path: string) =>
    path === ".Release.Namespace"
      ? namespace
      : path
          .replace(/^\.Values\./, "")
          .split(".")
          .reduce((value, key) => value?.[key], values);
  const text = template
    .replaceAll(/\{\{ toPrettyJson (\S+) \| toJson \}\}/g, (_, path) =>
      JSON.stringify(`${JSON.stringify(at(path), null, 2)}\n`),
    )
    .replaceAll(/\{\{ toJson (\S+) \}\}/g, (_, path) => JSON.stringify(at(path)))
    .replaceAll(/\{\{ (\S+) \}\}/g, (_, path) => String(at(path)));
  expect(text).not.toContain("{{");
  return parseAllDocuments(text).map((document) => document.toJS());
}

test.each(["access", "api", "agent"] as const)("the chart's %s says the same as the manifests", (part) => {
  const template = files[`deploy/helm/ratchet/templates/${part}.yaml`] ?? "";
  expect(rendered(template, "elsewhere")).toEqual(manifest(part, values, "elsewhere"));
});

test("nothing in the manifests has a password, a token or a key", () => {
  for (const text of Object.values(files)) expect(text).not.toMatch(/PRIVATE KEY|ratchet_[0-9a-f]{16}_|stringData/);
});

test("one container that ends is privileged, and the one that stays is not", () => {
  const [, daemons] = manifest("agent", values, "x");
  const { initContainers, containers } = daemons.spec.template.spec;
  const privileged = [...initContainers, ...containers].filter((item) => item.securityContext.privileged === true);
  expect(privileged.map(({ name }: { name: string }) => name)).toEqual(["panel"]);
  expect(containers[0].securityContext.capabilities).toEqual({
    drop: ["ALL"],
    add: ["NET_ADMIN", "NET_BROADCAST", "NET_RAW", "SYS_ADMIN", "SYS_NICE"],
  });
});
