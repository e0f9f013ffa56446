import { runKubeCheck } from "../check/kube-check.js";
import { type KubeLab, type KubeLabOptions, startKubeLab } from "../kube/kube-lab.js";
import { LabError } from "../lab-error.js";
import { aborted } from "./abort-when-told.js";
import type { CliOptions } from "./options.js";
import { describeWire } from "./summary.js";

const TOPOLOGY = "cloud-router/pods.yaml";
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** Runs the demo on a real Kubernetes in the foreground until it is told to stop, or checks it. Answers the exit code. */
export async function kubeUp(cli: CliOptions, signal: AbortSignal): Promise<number> {
  const [topology = TOPOLOGY, ...others] = cli.topology ?? [];
  if (others.length > 0) throw new LabError("--kubernetes takes one topology", 2);
  if (cli.check === true && topology !== TOPOLOGY)
    throw new LabError(`--kubernetes --check proves ${TOPOLOGY} alone`, 2);
  const options: KubeLabOptions = {
    ...{ topology, say: print, signal },
    ...(cli.port !== undefined && { port: cli.port }),
    ...(cli.routing !== undefined && { routing: cli.routing }),
  };
  if (cli.check === true) return (await runKubeCheck({ port: 0, ...options }, print)) ? 0 : 1;

  const lab = await startKubeLab(options);
  try {
    for (const line of await summaryOf(lab)) print(line);
  } catch (error) {
    if (!signal.aborted) print(`cannot describe the cluster: ${(error as Error).message}`);
  }
  await aborted(signal);
  await lab.stop();
  print("everything is removed");
  return 0;
}

async function summaryOf({ api, cluster, routing, url, podNames }: KubeLab): Promise<string[]> {
  const { links, pods } = await api.topology();
  const kubectl = `kubectl --kubeconfig ${cluster.kubeconfigs.admin}`;
  const ctl = `bin/ratchetctl${url === "http://127.0.0.1:8080" ? "" : ` --server ${url}`}`;
  const link = links.find((item) => item.status.transport === "vxlan") ?? links[0];
  return [
    "",
    ...[...Map.groupBy(pods, (pod) => pod.status.node ?? "no node")].map(
      ([node, own]) => `  ${node}: ${own.map((pod) => pod.metadata.name).join(", ")}`,
    ),
    "",
    ...links.map((item) => `  ${describeWire(item)}`),
    ...(routing === undefined ? [] : ["", `  routers: ${routing.reason}`]),
    "",
    `  page and API   ${url}`,
    `  look           ${kubectl} get pods -o wide`,
    `  ping           ${kubectl} exec ${podNames[0]} -- ping -c 3 192.168.4.101`,
    ...(link === undefined ? [] : [`  cut a wire     ${ctl} cut ${link.metadata.name}`]),
    "",
    "  Ctrl+C removes everything.",
    "",
  ];
}
