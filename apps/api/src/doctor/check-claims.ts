import { isDeepStrictEqual } from "node:util";
import { autoFamilies, keys, parseIp } from "@ratchet/contracts";
import { isVniSettled } from "../plan/settle-vnis.js";
import { isVniPoolFull } from "../pools/installation-pools.js";
import { Draft } from "../state/draft.js";
import type { BindingRecord, ChoiceRecord, LinkRecord, SubnetRecord, VniRecord } from "../state/records.js";
import { isSelecting, linkOfChoice } from "../state/wired-link.js";
import type { World } from "../state/world.js";
import type { Diagnosis } from "./diagnosis.js";
import { wantedClaims } from "./wanted-claims.js";

/** Compares claims and allocations with the intents they follow from. Pure. */
export function checkClaims(world: World): Diagnosis[] {
  return [
    ...checkWanted(world),
    ...checkOwners(world),
    ...checkChoices(world),
    ...checkSubnets(world),
    ...checkVnis(world),
  ];
}

function checkWanted(world: World): Diagnosis[] {
  const wanted = wantedClaims(world);
  const found: Diagnosis[] = [];
  for (const [key, { claim, owners, contest }] of wanted) {
    const [owner = ""] = owners;
    if (contest !== undefined) {
      found.push({
        ...inStore("Contested", key),
        message: contest,
        remedy: "delete one of them, or give it another interface or address",
        isMendable: false,
      });
    } else if (!isDeepStrictEqual(world.entry(key)?.data, claim)) {
      const what = world.entry(key) === undefined ? "is missing" : "is somebody else's";
      const message = `the claim ${key} of ${spoken(owner)} ${what}: another could take the same`;
      found.push(lacking({ owners, drop: key }, key, message));
    }
  }
  for (const key of world.keys()) {
    const isClaim = key.startsWith(keys.ports()) || key.startsWith(keys.addresses());
    if (isClaim && !wanted.has(key)) found.push(orphan(key, `${key} is claimed, and no link or pod asks for it`));
  }
  return found;
}

/** What goes with a pod and has to go with it. */
function checkOwners(world: World): Diagnosis[] {
  return [...world.keys()].flatMap((key) => {
    const prefix = [keys.bindings(), keys.runs()].find((text) => key.startsWith(text));
    if (prefix === undefined) return [];
    const pod = world.pod(keys.pods() + key.slice(prefix.length))?.data;
    if (pod?.uid === world.entry<BindingRecord>(key)?.data.podUid) return [];
    return [orphan(key, `${key} belongs to a pod that is gone`)];
  });
}

/** What a link's selectors have chosen goes with the link. */
function checkChoices(world: World): Diagnosis[] {
  return [...world.keys()].flatMap((key) => {
    if (!key.startsWith(keys.choices())) return [];
    const link = world.link(linkOfChoice(key))?.data;
    const isHeld = link !== undefined && isSelecting(link) && link.uid === world.entry<ChoiceRecord>(key)?.data.linkUid;
    return isHeld ? [] : [orphan(key, `${key} belongs to a link that is gone, or chooses no pod by its labels`)];
  });
}

function checkSubnets(world: World): Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const key of world.keys()) {
    if (!key.startsWith(keys.subnets())) continue;
    const record = world.entry<SubnetRecord>(key)?.data;
    const link = record && world.link(keys.link(record.namespace, record.link))?.data;
    if (record === undefined || isAsked(record, link)) continue;
    found.push(
      orphan(key, `addresses of ${record.network} are held for link ${record.link}, which does not ask for them`),
    );
  }
  for (const key of world.allKeys("links")) {
    const link = world.link(key)?.data;
    const has = [...world.subnetsOfLink(link?.uid ?? "")].length;
    if (link === undefined || has >= autoFamilies(link.spec.autoAddresses).length) continue;
    found.push(
      lacking({ owners: [key] }, `${key} autoAddresses`, `${spoken(key)} asks for automatic addresses and has none`),
    );
  }
  return found;
}

function isAsked({ network, linkUid }: SubnetRecord, link: LinkRecord | undefined): boolean {
  const family = parseIp(network)?.family ?? 4;
  return link?.uid === linkUid && autoFamilies(link.spec.autoAddresses).includes(family);
}

function checkVnis(world: World): Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const vni of world.vnis) {
    const record = world.entry<VniRecord>(keys.vni(vni))?.data;
    if (record?.state !== "used" || world.keyOfUid(record.linkUid) !== undefined) continue;
    found.push(orphan(keys.vni(vni), `VNI ${vni} is held for link ${record.namespace}/${record.link}, which is gone`));
  }
  const draft = new Draft(world);
  for (const key of world.allKeys("links")) {
    const link = world.link(key)?.data;
    if (link === undefined || isVniSettled(draft, link)) continue;
    const what = isVniPoolFull(world)
      ? "needs a VNI, and all of the range are in use"
      : "has not the VNI that it needs";
    found.push(lacking({ owners: [key] }, `${key} vni`, `${spoken(key)} ${what}`));
  }
  return found;
}

function inStore(code: Diagnosis["code"], subject: string): Pick<Diagnosis, "code" | "where" | "subject"> {
  return { code, where: "store", subject };
}

function orphan(key: string, message: string): Diagnosis {
  const remedy = "take it away (--fix): nobody can use it as long as it is there";
  return { ...inStore("Orphan", key), message, remedy, isMendable: true, mend: { do: "delete", key } };
}

function lacking(what: { owners: string[]; drop?: string }, subject: string, message: string): Diagnosis {
  const remedy = "claim it anew (--fix)";
  return { ...inStore("ClaimMissing", subject), message, remedy, isMendable: true, mend: { do: "claim", ...what } };
}

function spoken(intent: string): string {
  const [, , kind = "", namespace = "", name = ""] = intent.split("/");
  return `${kind.slice(0, -1)} ${namespace}/${name}`;
}
