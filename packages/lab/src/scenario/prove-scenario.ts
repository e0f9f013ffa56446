import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Fault, FINAL_RUN_PHASES, type List, type Run, type RunComparison } from "@ratchet/contracts";
import { claim, type Prover } from "../check/prover.js";
import type { Lab } from "../lab.js";
import { figuresOf } from "./figures.js";
import type { LoadedScenario } from "./load-scenario.js";

const NS = "/api/v1/namespaces/default";
const LOOK_EVERY_MS = 100;

/** Runs a scenario so many times and proves each; several have to agree on the order of events. */
export async function proveScenario(
  lab: Lab,
  prover: Prover,
  scenario: LoadedScenario,
  times: number,
  print: (line: string) => void,
): Promise<void> {
  const before = await specsOf(lab);
  const runs: Run[] = [];
  for (let index = 1; index <= times; index++) {
    await prover.prove(times === 1 ? `scenario ${scenario.name}` : `run ${index} of ${scenario.name}`, async () => {
      const run = await untilOver(lab, await begin(lab, scenario));
      claim(run.status.phase === "Passed", describeFailure(run));
      runs.push(run);
      return describe(run);
    });
  }
  await prover.prove("put back", async () => {
    claim(isDeepStrictEqual(await specsOf(lab), before), "links or pods are not as they were asked before");
    const { items } = await lab.api.request<List<Fault>>("GET", `${NS}/faults`);
    const running = items.filter(({ status }) => status.ended === null).map(({ metadata }) => metadata.name);
    claim(running.length === 0, `faults still run: ${running.join(", ")}`);
    return `${items.length} faults have ended, every link is as asked`;
  });
  if (times > 1) await prover.prove("same order", () => proveSameOrder(lab, runs));
  for (const line of figuresOf(runs)) print(line);
}

async function proveSameOrder(lab: Lab, runs: readonly Run[]): Promise<string> {
  const [first, ...others] = runs;
  claim(first !== undefined && others.length > 0, "fewer than two runs passed");
  for (const { metadata } of others) {
    const path = `${NS}/runs/${metadata.name}/compare?with=${first.metadata.name}`;
    const { isSameOrder, isSameSeed } = await lab.api.request<RunComparison>("GET", path);
    claim(isSameSeed && isSameOrder, `${metadata.name} and ${first.metadata.name} differ in the order of events`);
  }
  return `${runs.length} runs with seed ${first.spec.seed}`;
}

export async function begin(lab: Lab, { text }: LoadedScenario): Promise<Run> {
  return lab.api.request<Run>("POST", `${NS}/runs`, text, "application/yaml");
}

async function untilOver(lab: Lab, { metadata }: Run): Promise<Run> {
  for (;;) {
    const run = await lab.api.request<Run>("GET", `${NS}/runs/${metadata.name}`);
    if (FINAL_RUN_PHASES.includes(run.status.phase)) return run;
    await sleep(LOOK_EVERY_MS);
  }
}

async function specsOf(lab: Lab): Promise<object> {
  const { pods, links } = await lab.api.topology();
  return [...pods, ...links].map(({ metadata, spec }) => [metadata.name, spec]);
}

export function describe({ status }: Run): string {
  const outages = status.probes.map(({ name, lost, longestOutageMs, outages: all }) => {
    const recoveries = all.flatMap(({ recoveryMs }) => recoveryMs ?? []);
    const recovery =
      recoveries.length === 0 ? "" : `, recovered ${Math.round(Math.max(...recoveries))} ms after the step`;
    return `${name} lost ${lost} packets, longest outage ${Math.round(longestOutageMs)} ms${recovery}`;
  });
  return [`${status.steps.length} steps passed`, ...outages].join("; ");
}

function describeFailure({ status }: Run): string {
  const failed = status.steps.filter(({ state }) => state === "failed").map(({ id, message }) => `${id} ${message}`);
  return [`${status.phase}: ${status.message}`, ...failed].join("\n          ");
}
