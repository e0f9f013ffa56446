import type { Lab } from "../lab.js";
import type { LoadedScenario } from "./load-scenario.js";
import { begin } from "./prove-scenario.js";

/** Keeps a scenario in the lab and begins a run of it; answers what to tell about it. */
export async function startScenario(lab: Lab, scenario: LoadedScenario): Promise<string[]> {
  await lab.api.apply(scenario.text);
  const { metadata } = await begin(lab, scenario);
  const path = `${lab.url}/api/v1/namespaces/${metadata.namespace}/runs/${metadata.name}`;
  return ["", `  scenario       ${scenario.name} runs as ${metadata.name}`, `  its report     ${path}/report`];
}
