import { keys, type ScenarioCondition } from "@ratchet/contracts";
import type { Bench, Finding } from "../bench.js";

export function lookAtCarrier(
  asked: NonNullable<ScenarioCondition["carrier"]>,
  { core, namespace }: Pick<Bench, "core" | "namespace">,
): Finding {
  const pod = core.observer.pod(keys.pod(namespace, asked.pod));
  const found = pod?.status.interfaces.find(({ name }) => name === asked.interface);
  if (found === undefined) return { holds: false, message: `${asked.pod} has no interface ${asked.interface} now` };
  const is = found.carrier === null ? "unknown" : found.carrier ? "up" : "down";
  return { holds: is === asked.is, message: `the carrier is ${is}` };
}

export function lookAtLink(
  asked: NonNullable<ScenarioCondition["link"]>,
  { core, namespace }: Pick<Bench, "core" | "namespace">,
): Finding {
  const link = core.observer.link(keys.link(namespace, asked.name));
  if (link === undefined) return { holds: false, message: `there is no link ${asked.name}` };
  return { holds: link.status.phase === asked.phase, message: `it is ${link.status.phase}` };
}
