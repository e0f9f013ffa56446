import { stringify } from "yaml";
import { accessObjects } from "./access-objects.mjs";
import { agentObjects, uninstallObjects } from "./agent-objects.mjs";
import { apiObjects } from "./api-objects.mjs";

const PARTS = { access: accessObjects, api: apiObjects, agent: agentObjects, uninstall: uninstallObjects };
/** What begins and ends a value's place in a text until the template language is put there. */
const [OPEN, CLOSE] = ["\u2039", "\u203a"];

/**
 * The objects of a part, with values in their places.
 *
 * @param {"access" | "api" | "agent" | "uninstall"} part
 * @param {object} values as `defaultValues` gives them
 */
export function manifest(part, values, namespace) {
  const value = (path) => at(values, path);
  return PARTS[part]({ namespace, value, json: (path) => `${JSON.stringify(value(path), null, 2)}\n` });
}

/** The same objects as a template for Helm, which puts the values there. */
export function chartTemplate(part) {
  const objects = PARTS[part]({
    namespace: `${OPEN}.Release.Namespace${CLOSE}`,
    value: (path) => `${OPEN}.Values.${path}${CLOSE}`,
    json: (path) => `${OPEN}toPrettyJson .Values.${path}${CLOSE}`,
  });
  return yaml(objects)
    .replaceAll(
      new RegExp(`(["']?)${OPEN}toPrettyJson ([^${CLOSE}]+)${CLOSE}\\1`, "g"),
      "{{ toPrettyJson $2 | toJson }}",
    )
    .replaceAll(new RegExp(`: (["']?)${OPEN}([^${CLOSE}"']+)${CLOSE}\\1$`, "gm"), ": {{ toJson $2 }}")
    .replaceAll(new RegExp(`- (["']?)${OPEN}([^${CLOSE}"']+)${CLOSE}\\1$`, "gm"), "- {{ toJson $2 }}")
    .replaceAll(new RegExp(`${OPEN}([^${CLOSE}]+)${CLOSE}`, "g"), "{{ $1 }}");
}

/** Documents of YAML, one for each object. */
export function yaml(objects) {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

function at(values, path) {
  const found = path.split(".").reduce((value, key) => value?.[key], values);
  if (found === undefined) throw new Error(`there is no value ${path}`);
  return found;
}
