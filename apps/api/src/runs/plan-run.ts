import {
  LEAF_STEPS,
  type LeafStep,
  type LeafStepKind,
  type RunStep,
  type ScenarioSpec,
  type ScenarioStep,
  SECTIONS,
  type Section,
} from "@ratchet/contracts";
import { Draws } from "./draws.js";

/** A step that holds no others, with everything drawn that was to be drawn. */
export interface PlannedStep {
  /** Its place in the scenario, as `steps[2].parallel[0][1]`. */
  id: string;
  section: Section;
  kind: LeafStepKind;
  name: string;
  leaf: LeafStep;
  /** Whether the run goes on when it fails. */
  goesOn: boolean;
  /** Steps that have to be over before it begins. */
  after: string[];
}

/** What a run does, in which order. Pure: the same scenario and seed give the same plan. */
export function planRun(spec: Pick<ScenarioSpec, Section>, seed: number): PlannedStep[] {
  const draws = new Draws(seed);
  return SECTIONS.flatMap((section) => {
    const planned: PlannedStep[] = [];
    let after: string[] = [];
    for (const [index, step] of spec[section].entries()) {
      const before = planned.length;
      after = planStep({ step, at: `${section}[${index}]`, section, after, draws, into: planned });
      // Whatever may fail in it may fail because the group says so.
      if (step.onFailure === "continue") for (const inside of planned.slice(before)) inside.goesOn = true;
    }
    return planned;
  });
}

interface Planning {
  at: string;
  section: Section;
  after: string[];
  draws: Draws;
  into: PlannedStep[];
}

/** Answers what the next step has to wait for. */
function planStep({ step, ...planning }: Planning & { step: ScenarioStep }): string[] {
  const { at, after, draws } = planning;
  if (step.parallel !== undefined) {
    return step.parallel.flatMap((branch, row) =>
      planBranch({ ...planning, at: `${at}.parallel[${row}]`, after, branch }),
    );
  }
  if (step.shuffle !== undefined) {
    let last = after;
    for (const [row, branch] of draws.shuffled([...step.shuffle.entries()]))
      last = planBranch({ ...planning, at: `${at}.shuffle[${row}]`, after: last, branch });
    return last;
  }
  return planLeaf({ ...planning, leaf: step });
}

function planBranch({ branch, ...planning }: Planning & { branch: readonly LeafStep[] }): string[] {
  let { after } = planning;
  for (const [column, leaf] of branch.entries())
    after = planLeaf({ ...planning, at: `${planning.at}[${column}]`, after, leaf });
  return after;
}

function planLeaf({ at, section, after, draws, into, leaf }: Planning & { leaf: LeafStep }): string[] {
  const kind = LEAF_STEPS.find((form) => leaf[form] !== undefined);
  if (kind === undefined) throw new TypeError(`${at} has no form`);
  const drawn = draw(leaf, draws);
  const goesOn = leaf.onFailure === "continue" || section === "teardown";
  into.push({ id: at, section, kind, name: leaf.name ?? describe(drawn, kind), leaf: drawn, goesOn, after });
  return [at];
}

function draw(leaf: LeafStep, draws: Draws): LeafStep {
  if (typeof leaf.wait === "object") {
    const { minSeconds, maxSeconds } = leaf.wait;
    return { ...leaf, wait: Math.round((minSeconds + draws.next() * (maxSeconds - minSeconds)) * 1000) / 1000 };
  }
  if (leaf.fault?.action.type === "flap") {
    const { action } = leaf.fault;
    return {
      ...leaf,
      fault: { ...leaf.fault, action: { ...action, seed: (action.seed ^ draws.below(2 ** 32)) >>> 0 } },
    };
  }
  return leaf;
}

/** A name for a step that has none. */
function describe(leaf: LeafStep, kind: LeafStepKind): string {
  const list = (names: string | string[]) => [names].flat().join(", ");
  switch (kind) {
    case "fault":
      return `${leaf.fault?.action.type} on ${describeTarget(leaf.fault?.target)}`;
    case "heal":
      return leaf.heal === "*" ? "heal everything" : `heal ${leaf.heal}`;
    case "reroute":
      return `re-route end ${leaf.reroute?.endpoint} of ${leaf.reroute?.link}`;
    case "wait":
      return `wait ${leaf.wait} s`;
    case "waitUntil":
      return `wait until ${describeCondition(leaf.waitUntil)}`;
    case "check":
      return describeCondition(leaf.check);
    default:
      return `${kind} ${list(leaf[kind] ?? "")}`;
  }
}

function describeTarget(target: object | undefined): string {
  return Object.entries(target ?? {})
    .map(([form, value]) => `${form} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

function describeCondition(condition: LeafStep["check"]): string {
  const { ping, path, carrier, link, throughput, http, probe } = condition ?? {};
  if (ping) {
    const bounds = ping.underMs === undefined ? "" : ` under ${ping.underMs} ms`;
    return `ping ${ping.from} to ${ping.to} ${ping.expect}${bounds}`;
  }
  if (path) {
    const through = path.through === undefined ? "" : ` through ${[path.through].flat().join(", ")}`;
    const avoids = path.avoids === undefined ? "" : ` avoiding ${[path.avoids].flat().join(", ")}`;
    return `path ${path.from} to ${path.to}${through}${avoids}`;
  }
  if (carrier) return `carrier of ${carrier.pod}/${carrier.interface} is ${carrier.is}`;
  if (link) return `link ${link.name} is ${link.phase}`;
  if (throughput) return `TCP ${throughput.from} to ${throughput.to} at least ${throughput.atLeastKbit} kbit/s`;
  if (http) return `HTTP from ${http.from} to ${http.url}`;
  return `probe ${probe?.name}`;
}

/** The plan as a run shows it before it begins. */
export function shownSteps(plan: readonly PlannedStep[]): RunStep[] {
  return plan.map(({ id, section, kind, name }) => ({
    id,
    section,
    kind,
    name,
    state: "pending",
    startedMs: null,
    endedMs: null,
    message: "",
  }));
}
