import {
  FaultInput,
  type FieldError,
  fieldPath,
  keys,
  type LeafStep,
  leavesOf,
  parseIp,
  type ScenarioSpec,
} from "@ratchet/contracts";
import { checkFault, faultRecord } from "../admission/admit-fault.js";
import { ProblemError } from "../http/problem-error.js";
import { Draft } from "../state/draft.js";
import type { World } from "../state/world.js";

/**
 * What of a scenario cannot work in a namespace as it is now: pods, links and nodes that are not there, faults that are
 * refused. Fields are of the scenario's spec. Said before anything begins.
 */
export function problemsOfRun(spec: ScenarioSpec, world: World, namespace: string): FieldError[] {
  const errors: FieldError[] = [];
  const place = new Surroundings(world, namespace, errors);
  for (const [index, { from, to }] of spec.probes.entries()) {
    place.pod(from, ["probes", index, "from"]);
    place.destination(to, ["probes", index, "to"]);
  }
  for (const { step, path } of leavesOf(spec)) checkStep(step, path, place);
  return errors;
}

type Path = (string | number)[];

function checkStep(step: LeafStep, path: Path, place: Surroundings): void {
  if (step.fault) place.fault(step.fault, [...path, "fault"]);
  for (const form of ["cut", "restore"] as const) {
    for (const [name, at] of named(step[form], [...path, form])) place.link(name, at);
  }
  for (const form of ["kill", "restart"] as const) {
    for (const [name, at] of named(step[form], [...path, form])) place.managedPod(name, at);
  }
  if (step.reroute) {
    place.link(step.reroute.link, [...path, "reroute", "link"]);
    if (step.reroute.to.pod !== undefined) place.pod(step.reroute.to.pod, [...path, "reroute", "to", "pod"]);
  }
  const form = step.check === undefined ? "waitUntil" : "check";
  const { ping, path: way, carrier, link, throughput, http } = step[form] ?? {};
  const at = (...more: Path) => [...path, form, ...more];
  for (const [kind, ends] of Object.entries({ ping, path: way, throughput })) {
    if (ends === undefined) continue;
    place.pod(ends.from, at(kind, "from"));
    place.destination(ends.to, at(kind, "to"));
  }
  for (const kind of ["through", "avoids"] as const) {
    for (const [name, where] of named(way?.[kind], at("path", kind))) place.pod(name, where);
  }
  if (carrier) place.pod(carrier.pod, at("carrier", "pod"));
  if (link) place.link(link.name, at("link", "name"));
  if (http) {
    place.pod(http.from, at("http", "from"));
    place.destination(new URL(http.url).hostname.replace(/^\[|\]$/g, ""), at("http", "url"));
  }
}

function named(value: string | string[] | undefined, path: Path): [string, Path][] {
  if (value === undefined) return [];
  return typeof value === "string" ? [[value, path]] : value.map((name, index) => [name, [...path, index]]);
}

class Surroundings {
  readonly #world: World;
  readonly #namespace: string;
  readonly #errors: FieldError[];

  constructor(world: World, namespace: string, errors: FieldError[]) {
    this.#world = world;
    this.#namespace = namespace;
    this.#errors = errors;
  }

  pod(name: string, path: Path): void {
    if (this.#world.pod(keys.pod(this.#namespace, name)) === undefined) this.#absent("pod", name, path);
  }

  managedPod(name: string, path: Path): void {
    const pod = this.#world.pod(keys.pod(this.#namespace, name))?.data;
    if (pod === undefined) this.#absent("pod", name, path);
    else if (pod.spec.sandbox === undefined || !("managed" in pod.spec.sandbox)) {
      this.#add(path, `${name} is no managed pod: whoever made its namespace has to end it`);
    }
  }

  link(name: string, path: Path): void {
    if (this.#world.link(keys.link(this.#namespace, name)) === undefined) this.#absent("link", name, path);
  }

  destination(to: string, path: Path): void {
    if (parseIp(to) === undefined) this.pod(to, path);
  }

  fault({ name: _name, durationSeconds = 1, ...spec }: NonNullable<LeafStep["fault"]>, path: Path): void {
    const input = FaultInput.parse({ metadata: { name: "rehearsal" }, spec: { ...spec, durationSeconds } });
    const after = faultRecord(input, this.#namespace, undefined, new Date().toISOString(), "");
    try {
      checkFault(new Draft(this.#world), { before: undefined, after });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const at = fieldPath(path);
      for (const { field, ...rest } of error.errors) this.#errors.push({ ...rest, field: field.replace(/^spec/, at) });
      if (error.errors.length === 0) this.#add(path, error.message);
    }
  }

  #absent(kind: string, name: string, path: Path): void {
    this.#add(path, `there is no ${kind} ${name} in namespace ${this.#namespace}`);
  }

  #add(path: Path, message: string): void {
    this.#errors.push({ field: fieldPath(path), message });
  }
}
