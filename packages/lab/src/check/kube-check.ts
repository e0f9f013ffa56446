import { clusterLeftovers } from "@ratchet/kube-cluster";
import { namespacesWith } from "../host/namespaces.js";
import { type KubeLab, type KubeLabOptions, startKubeLab } from "../kube/kube-lab.js";
import { proveKubeCloudRouter } from "./kube-proofs.js";
import { claim, Prover } from "./prover.js";

/** Proves the cloud router on a real Kubernetes, takes everything away and proves that too. True when all held. */
export async function runKubeCheck(options: KubeLabOptions, print: (line: string) => void): Promise<boolean> {
  const start = performance.now();
  const prover = new Prover(print);
  let lab: KubeLab | undefined;
  await prover.prove("Kubernetes", async () => {
    lab = await startKubeLab(options);
    const version = await lab.cluster.kubectl(["version", "-o", "json"]);
    const { serverVersion } = JSON.parse(version) as { serverVersion: { gitVersion: string } };
    return `${serverVersion.gitVersion}, ${lab.podNames.length} labelled pods applied at once; routers use ${lab.routing?.reason ?? "no routing"}`;
  });
  if (lab !== undefined) await proveAndStop(lab, prover);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (prover.failed.length === 0) print(`proved ${prover.proved} of ${prover.proved} in ${seconds} s`);
  else print(`FAILED in ${seconds} s: ${prover.failed.join(", ")}`);
  return prover.failed.length === 0;
}

async function proveAndStop(lab: KubeLab, prover: Prover): Promise<void> {
  try {
    await proveKubeCloudRouter(lab, prover);
  } finally {
    await prover.prove("nothing left", async () => {
      const before = clusterLeftovers(lab.cluster);
      await lab.stop();
      const left = Object.entries(clusterLeftovers(lab.cluster)).filter(([, items]) => items.length > 0);
      claim(left.length === 0, left.map(([kind, items]) => `${kind} ${items.join(", ")}`).join("; "));
      const panels = namespacesWith(lab.cluster.mark);
      claim(panels.length === 0, `namespaces ${panels.join(", ")}`);
      return `${before.processes.length} processes, ${before.namespaces.length} namespaces, ${before.mounts.length} mounts and all files are gone`;
    });
  }
}
