import { LAB_ROUTINGS } from "@ratchet/contracts";
import { InvalidArgumentError, Option } from "commander";
import type { LabOptions } from "../lab-options.js";
import type { LoadedScenario } from "../scenario/load-scenario.js";

/** What the command line of the lab takes. */
export interface CliOptions {
  name?: string;
  topology?: string[];
  empty?: boolean;
  nodes?: number;
  port?: number;
  data?: string;
  routing?: LabOptions["routing"];
  store?: LabOptions["store"];
  replicas?: number;
  check?: boolean;
  scenario?: string;
  runs?: number;
  kubernetes?: boolean;
}

export const OPTIONS: Option[] = [
  new Option("--topology <name-or-file...>", "examples by name, or files (default: cloud-router)").conflicts("empty"),
  new Option("--empty", "start without a topology"),
  new Option("--nodes <count>", "number of nodes (default: the topology's, or two)").argParser(wholeNumber(1, 64)),
  new Option("--port <port>", "port of page and API (default: 8080, or the next free one)").argParser(
    wholeNumber(1, 65535),
  ),
  new Option("--data <dir>", "keep the lab's state there (default: nothing is kept)"),
  new Option("--name <name>", "name of the lab on this host (default: demo, demo2, ...)"),
  new Option("--routing <kind>", "how routers learn their routes").choices(["auto", ...LAB_ROUTINGS]),
  new Option("--store <kind>", "what keeps intents: a file, or three etcd members of the lab's own").choices([
    "embedded",
    "etcd",
  ]),
  new Option("--kubernetes", "in a real Kubernetes of two nodes, its pods wired by the CNI plugin").conflicts([
    ...["empty", "nodes", "data", "name", "store", "replicas"],
  ]),
  new Option("--replicas <count>", "API processes, behind one address (default: 1; more need --store etcd)").argParser(
    wholeNumber(1, 5),
  ),
  new Option(
    "--scenario <name-or-file>",
    "run a scenario on its own topology; with --check prove that it passes",
  ).conflicts([...["empty", "kubernetes"]]),
  new Option("--runs <count>", "with --check: how often the scenario is run").argParser(wholeNumber(1, 100)),
  new Option("--check", "prove the cloud router without a page, print what was proved, and end"),
];

/** The lab a command line asks for. A kept lab without `--topology` comes back as it was. */
export function labOptionsOf(cli: CliOptions, isReturning: boolean, scenario?: LoadedScenario): LabOptions {
  const usual = scenario?.topology ?? "cloud-router";
  const topologies = cli.topology ?? (cli.empty || isReturning ? [] : [usual]);
  return {
    topologies,
    ...(cli.name === undefined ? {} : { name: cli.name }),
    ...(cli.nodes === undefined ? {} : { nodes: cli.nodes }),
    ...(cli.port === undefined ? {} : { port: cli.port }),
    ...(cli.data === undefined ? {} : { dataDir: cli.data }),
    ...(cli.store === undefined ? {} : { store: cli.store }),
    ...(cli.replicas === undefined ? {} : { replicas: cli.replicas }),
    ...(cli.routing === undefined ? {} : { routing: cli.routing }),
  };
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  };
}
