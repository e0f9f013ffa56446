import { keys, LinkInput } from "@ratchet/contracts";
import { documentOf } from "../../state/documents.js";
import type { LinkRecord } from "../../state/records.js";
import type { Bench } from "../bench.js";
import { StepFailure } from "../step-failure.js";
import { beginFault, healFaults } from "./fault.js";

/** Loses the carrier of links. A fault each, and not the links' own state: its deadline holds whatever dies. */
export async function cut(links: readonly string[], bench: Bench, signal: AbortSignal): Promise<string> {
  const begun = links.map((link) =>
    beginFault({ target: { link }, action: { type: "down" } }, { as: null, link }, undefined, bench, signal),
  );
  return (await Promise.all(begun)).join("; ");
}

/** Takes cuts of this run back, and brings up links that are asked to be down. */
export async function restore(links: readonly string[], bench: Bench): Promise<string> {
  const cuts = bench.undo.filter((undo) => undo.kind === "fault" && undo.link !== null && links.includes(undo.link));
  const healed = await healFaults(
    cuts.flatMap((undo) => (undo.kind === "fault" ? [undo.name] : [])),
    bench,
  );
  const raised: string[] = [];
  for (const name of links) if (await raise(name, bench)) raised.push(name);
  const said = [
    healed.length > 0 ? `healed ${healed.join(", ")}` : "",
    raised.length > 0 ? `raised ${raised.join(", ")}` : "",
  ];
  return said.filter((text) => text !== "").join("; ") || "was not cut";
}

async function raise(name: string, bench: Bench): Promise<boolean> {
  const { core, namespace } = bench;
  const link = core.mirror.world.link(keys.link(namespace, name))?.data;
  if (link === undefined) throw new StepFailure(`there is no link ${name}`);
  if (link.spec.state === "up") return false;
  await bench.willChange({ kind: "state", link: name, linkUid: link.uid });
  await setState(name, "up", bench);
  return true;
}

export async function setState(
  name: string,
  state: "up" | "down",
  { core, namespace, actor }: Pick<Bench, "core" | "namespace" | "actor">,
): Promise<void> {
  await core.intents.update("Link", namespace, name, { actor }, ({ data, modRevision }) => {
    const link = data as LinkRecord;
    const document = documentOf("Link", link, modRevision);
    return { kind: "Link", input: LinkInput.parse({ ...document, spec: { ...link.spec, state } }) };
  });
}
