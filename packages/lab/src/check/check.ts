import { type Lab, startLab } from "../lab.js";
import type { LabOptions } from "../lab-options.js";
import { proveCloudRouter } from "./cloud-router-proofs.js";
import { type Belongings, belongingsOf, proveNothingLeft } from "./prove-nothing-left.js";
import { Prover } from "./prover.js";

export const CHECKED_TOPOLOGIES = ["cloud-router", "cloud-router/pods.yaml"];

/**
 * Builds a lab, the cloud router unless told otherwise, proves it, takes everything away and proves that too.
 *
 * Answers true when every proof held.
 */
export async function runCheck(
  options: LabOptions,
  print: (line: string) => void,
  proofs: (lab: Lab, prover: Prover) => Promise<void> = proveCloudRouter,
): Promise<boolean> {
  const start = performance.now();
  const prover = new Prover(print);
  let lab: Lab | undefined;
  await prover.prove("lab", async () => {
    lab = await startLab({ nameBase: "check", topologies: ["cloud-router"], port: 0, say: print, ...options });
    return `${lab.name} at ${lab.url}; routers use ${lab.routing?.reason ?? "no routing"}`;
  });
  if (lab !== undefined) await proveAndStop(lab, prover, proofs);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (prover.failed.length === 0) print(`proved ${prover.proved} of ${prover.proved} in ${seconds} s`);
  else print(`FAILED in ${seconds} s: ${prover.failed.join(", ")}`);
  return prover.failed.length === 0;
}

async function proveAndStop(
  lab: Lab,
  prover: Prover,
  proofs: (lab: Lab, prover: Prover) => Promise<void>,
): Promise<void> {
  let had: Belongings | undefined;
  try {
    // Taken while routing daemons still run: they have to be gone at the end as well.
    had = belongingsOf(lab);
    await proofs(lab, prover);
  } finally {
    await prover.prove("nothing left", async () => {
      await lab.stop();
      return proveNothingLeft(lab, had ?? { namespaces: [], processes: [] });
    });
  }
}
