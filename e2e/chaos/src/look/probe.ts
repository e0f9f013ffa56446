import { setTimeout as delay } from "node:timers/promises";
import type { LabNames } from "@ratchet/lab";
import type { Random } from "@ratchet/testkit";
import type { Expected, ExpectedPort } from "../model/expected.js";
import { batch, run } from "./namespace.js";

interface Place {
  netns: string;
  /** `namespace/pod` */
  pod: string;
  ifName: string;
  port: ExpectedPort;
}

interface Wire {
  link: string;
  ends: [Place, Place];
}

interface Neighbour {
  dst: string;
  dev: string;
  lladdr?: string;
}

const PINGS = 4;
const STRANGERS = 8;
const ANSWER_WITHIN_MS = 3_000;
const STEP_MS = 50;

/**
 * Tries the wires with traffic: a sample of pings, then, from every interface with a carrier, a question
 * for the other end's address and for those of pods that it is not linked to. The other end has to
 * answer; nobody else may.
 */
export async function probe(names: LabNames, expected: Expected, random: Random): Promise<string[]> {
  const wires = wiresOf(names, expected);
  const pings = await Promise.all(random.pickSome(wires, PINGS).map((wire) => ping(wire, random)));
  const strays = await askEverybody(wires, random);
  return [...pings.flat(), ...strays];
}

async function ping({ link, ends }: Wire, random: Random): Promise<string[]> {
  const [from, to] = random.chance(0.5) ? ends : [ends[1], ends[0]];
  const target = to.port.addresses[0]?.split("/")[0];
  if (target === undefined) return [];
  const { isOk } = await run(
    "nsenter",
    `--net=/run/netns/${from.netns}`,
    "ping",
    "-n",
    "-c",
    "3",
    "-i",
    "0.1",
    "-W",
    "2",
    "-I",
    from.ifName,
    target,
  );
  return isOk ? [] : [`traffic: no ping from ${from.port.alias} to ${target} over link ${link}`];
}

async function askEverybody(wires: readonly Wire[], random: Random): Promise<string[]> {
  const places = wires.flatMap(({ ends }) => ends.map((near, index) => ({ near, far: ends[1 - index] as Place })));
  const asked = Map.groupBy(places, ({ near }) => near.netns);
  const everyone = places.map(({ near }) => near);
  await Promise.all(
    [...asked].map(([netns, list]) => {
      const lines = list.flatMap(({ near, far }) => {
        const strangers = everyone.filter(({ pod }) => pod !== near.pod && pod !== far.pod);
        const targets = [far, ...random.pickSome(strangers, STRANGERS)].flatMap(({ port }) => port.addresses);
        const questions = targets.map((address) => `neigh replace ${address.split("/")[0]} dev ${near.ifName} use`);
        return [`neigh flush dev ${near.ifName}`, `-6 neigh flush dev ${near.ifName}`, ...questions];
      });
      return batch("ip", netns, lines);
    }),
  );
  let differences: string[] = [];
  for (let waitedMs = 0; waitedMs <= ANSWER_WITHIN_MS; waitedMs += STEP_MS) {
    // Also the first time: a stray answer shall have its time to come.
    await delay(STEP_MS);
    differences = (await Promise.all([...asked].map(([netns, list]) => judge(netns, list, everyone)))).flat();
    if (!differences.some((text) => text.includes("no answer"))) break;
  }
  return differences;
}

async function judge(
  netns: string,
  list: readonly { near: Place; far: Place }[],
  everyone: readonly Place[],
): Promise<string[]> {
  const { stdout } = await run("ip", "-n", netns, "-j", "neigh", "show");
  const neighbours = (stdout.trim() === "" ? [] : (JSON.parse(stdout) as Neighbour[])).filter(
    ({ lladdr }) => lladdr !== undefined,
  );
  const differences: string[] = [];
  for (const { near, far } of list) {
    const answers = neighbours.filter(({ dev }) => dev === near.ifName);
    for (const address of far.port.addresses) {
      const isThere = answers.some(({ dst }) => dst === address.split("/")[0]);
      if (!isThere) differences.push(`traffic: no answer to ${near.port.alias} from ${far.port.alias} (${address})`);
    }
    for (const { dst, lladdr } of answers) {
      const owner = everyone.find(({ port }) => port.addresses.some((address) => address.split("/")[0] === dst));
      if (owner === undefined || owner.pod === far.pod || owner.pod === near.pod) continue;
      differences.push(
        `traffic: ${near.port.alias} reached ${owner.port.alias} (${dst} at ${lladdr}), to which it is not linked`,
      );
    }
  }
  return differences;
}

/** The links that carry, between two pods. */
function wiresOf(names: LabNames, expected: Expected): Wire[] {
  const places = new Map<string, Place[]>();
  for (const [node, { pods }] of expected.nodes) {
    for (const { namespace, name, ports } of pods.values()) {
      for (const [ifName, port] of ports) {
        if (!port.hasCarrier) continue;
        const link = `${namespace}/${port.link}`;
        const place = { netns: names.pod(node, namespace, name), pod: `${namespace}/${name}`, ifName, port };
        places.set(link, [...(places.get(link) ?? []), place]);
      }
    }
  }
  return [...places].flatMap(([link, [a, b]]) =>
    a && b && a.pod !== b.pod ? [{ link, ends: [a, b] as [Place, Place] }] : [],
  );
}
