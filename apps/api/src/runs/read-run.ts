import {
  API_VERSION,
  type FieldError,
  fieldErrors,
  RunInput,
  ScenarioInput,
  type ScenarioSpec,
} from "@ratchet/contracts";
import type { z } from "zod";
import { YamlText } from "../http/body-parsers.js";
import { ProblemError, refuse } from "../http/problem-error.js";

/** What somebody wants to have run. */
export interface AskedRun {
  /** Of the scenario: its name in this namespace, or the one that is said here. */
  scenario: string;
  inline: ScenarioSpec | undefined;
  seed: number | undefined;
  name: string | undefined;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Finds a field of the scenario's spec in the text; nothing for JSON. */
  place: (error: FieldError) => FieldError;
}

/** Reads a run, or a scenario to run as it is. @throws ProblemError Malformed, Invalid with the line of each field */
export async function readRun(body: unknown, namespace: string): Promise<AskedRun> {
  const { value, lineOf } = await readBody(body);
  const withLine = (error: FieldError) => (lineOf === undefined ? error : { ...error, line: lineOf(error.field) });
  const parse = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw refuseAt(fieldErrors(parsed.error).map(withLine));
  };
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  if (kind === "Scenario") {
    const { metadata, spec } = parse(ScenarioInput);
    checkNamespace(metadata.namespace, namespace);
    const { name: scenario, labels, annotations } = metadata;
    const place = at("spec", withLine);
    return { scenario, inline: spec, seed: undefined, name: undefined, labels, annotations, place };
  }
  const { metadata, spec } = parse(RunInput);
  checkNamespace(metadata?.namespace, namespace);
  return {
    scenario: spec.scenario ?? "inline",
    inline: spec.inline,
    seed: spec.seed,
    name: metadata?.name,
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    place:
      spec.inline === undefined ? at(`scenario ${spec.scenario}: spec`, (error) => error) : at("spec.inline", withLine),
  };
}

function at(prefix: string, withLine: (error: FieldError) => FieldError) {
  return (error: FieldError) => withLine({ ...error, field: `${prefix}.${error.field}` });
}

/** The refusal's one line names line and field of the first mistake. */
export function refuseAt(errors: FieldError[]): ProblemError {
  const { code, message, errors: kept } = refuse("Invalid", errors);
  const line = errors[0]?.line;
  return new ProblemError(code, line === undefined ? message : `line ${line}: ${message}`, { errors: kept });
}

async function readBody(body: unknown): Promise<{ value: unknown; lineOf?: (field: string) => number }> {
  if (!(body instanceof YamlText)) {
    if (body === undefined) throw new ProblemError("Malformed", "the body is empty: send a Run or a Scenario");
    return { value: body };
  }
  const [{ readYaml }, { linesOf }] = await Promise.all([import("../apply/read-yaml.js"), import("./yaml-lines.js")]);
  const documents = readYaml(body.text);
  if (documents.length !== 1) {
    throw new ProblemError(
      "Malformed",
      `the body has ${documents.length} documents: send one ${API_VERSION} Scenario or Run`,
    );
  }
  return { value: documents[0], lineOf: lazily(() => linesOf(body.text)) };
}

/** Only what is refused needs its lines. */
function lazily(make: () => (field: string) => number): (field: string) => number {
  let lineOf: ((field: string) => number) | undefined;
  return (field) => {
    lineOf ??= make();
    return lineOf(field);
  };
}

function checkNamespace(named: string | undefined, namespace: string): void {
  if (named === undefined || named === namespace) return;
  const message = `is ${named}, but the path says ${namespace}: make them equal or leave it out`;
  throw refuse("Invalid", [{ field: "metadata.namespace", message }]);
}
