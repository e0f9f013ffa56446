import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fieldErrors, ScenarioInput, TOPOLOGY_ANNOTATION } from "@ratchet/contracts";
import { parse } from "yaml";
import { LabError } from "../lab-error.js";
import { parts } from "../repository.js";

/** A scenario as it was found on disk. */
export interface LoadedScenario {
  name: string;
  /** As the API takes it: it names the lines of what is wrong. */
  text: string;
  /** The example it is for; undefined when it does not say. */
  topology: string | undefined;
}

/** Finds a scenario by the NAME of an example or by FILE. @throws LabError */
export function loadScenario(nameOrFile: string): LoadedScenario {
  const candidates = [
    ...(/^[\w.-]+$/.test(nameOrFile) ? [join(parts.examples, "scenarios", `${nameOrFile}.yaml`)] : []),
    resolve(nameOrFile),
  ];
  const file = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) {
    throw new LabError(`no scenario ${nameOrFile}: it is neither an example (see examples/scenarios/) nor a file`, 2);
  }
  const text = readFileSync(file, "utf8");
  const { metadata } = read(file, text);
  return { name: metadata.name, text, topology: metadata.annotations[TOPOLOGY_ANNOTATION] };
}

function read(file: string, text: string): ScenarioInput {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new LabError(`${file}: ${(error as Error).message}`, 2);
  }
  const result = ScenarioInput.safeParse(document);
  if (result.success) return result.data;
  const problems = fieldErrors(result.error).map(({ field, message }) => `\n    ${field} ${message}`);
  throw new LabError(`${file} is not a scenario:${problems.join("")}`, 2);
}
