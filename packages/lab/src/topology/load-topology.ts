import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fieldErrors, LabFile } from "@ratchet/contracts";
import { parse } from "yaml";
import { LabError } from "../lab-error.js";
import { parts } from "../repository.js";

/** A topology as it was found on disk. */
export interface LoadedTopology {
  /** As the user knows it: the example's name or the file's path. */
  title: string;
  /** What the API applies; YAML, as a cluster would take it. */
  manifest: string;
  labFile: LabFile;
}

const MANIFEST = "topology.yaml";
const LAB_FILE = "lab.yaml";

/**
 * Finds a topology by the NAME of an example, by its folder, or by FILE.
 *
 * `lab.yaml` beside the file says what the images of its pods would do; it may be absent.
 */
export function loadTopology(nameOrFile: string): LoadedTopology {
  const file = findManifest(nameOrFile);
  const beside = join(dirname(file), LAB_FILE);
  return {
    title: file.startsWith(parts.examples) ? file.slice(parts.examples.length + 1) : nameOrFile,
    manifest: readFileSync(file, "utf8"),
    labFile: basename(file) !== LAB_FILE && existsSync(beside) ? readLabFile(beside) : LabFile.parse({}),
  };
}

/** Reads a lab file; every problem of it is named at once. */
export function readLabFile(path: string): LabFile {
  let document: unknown;
  try {
    document = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new LabError(`${path}: ${(error as Error).message}`);
  }
  const result = LabFile.safeParse(document);
  if (result.success) return result.data;
  const problems = fieldErrors(result.error).map(({ field, message }) => `\n    ${field} ${message}`);
  throw new LabError(`${path} is not a lab file:${problems.join("")}`);
}

function findManifest(nameOrFile: string): string {
  const candidates = [
    ...(/^[\w.-]+(\/[\w.-]+)?$/.test(nameOrFile)
      ? [join(parts.examples, nameOrFile, MANIFEST), join(parts.examples, nameOrFile)]
      : []),
    resolve(nameOrFile, MANIFEST),
    resolve(nameOrFile),
  ];
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found === undefined) {
    throw new LabError(`no topology ${nameOrFile}: it is neither an example (see examples/) nor a file`, 2);
  }
  return found;
}
