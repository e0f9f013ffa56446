import { keys } from "@ratchet/contracts";
import { readChange } from "../history/outbox-entry.js";
import { readRecord } from "../state/read-record.js";
import { World } from "../state/world.js";
import type { Entry } from "../store/store.js";
import { checkClaims } from "./check-claims.js";
import type { Diagnosis } from "./diagnosis.js";

/** How long a change may take to the history before it is said, ms. */
const HISTORY_MS = 60_000;
/** What follows from intents and can be made again from them. */
const DERIVED = [
  keys.bindings(),
  keys.runs(),
  keys.vnis(),
  keys.ports(),
  keys.addresses(),
  keys.subnets(),
  keys.choices(),
];
const KNOWN = (Object.values(keys) as ((...names: string[]) => string)[]).map((make) => make());

/** Examines everything the store holds, all of one revision. Pure. */
export function checkStore(entries: readonly Entry[], nowMs: number): Diagnosis[] {
  const world = new World();
  const found: Diagnosis[] = [];
  let waiting = 0;
  let oldest: string | undefined;
  for (const { key, value, modRevision } of entries) {
    if (!KNOWN.some((prefix) => key.startsWith(prefix))) {
      found.push(unknown(key));
      continue;
    }
    if (key.startsWith(keys.outbox())) {
      const at = readChange(value)?.at;
      if (at === undefined) found.push(unreadable(key, "is not a change record", undefined));
      else if (Date.parse(at) < nowMs - HISTORY_MS) {
        waiting++;
        if (oldest === undefined || at < oldest) oldest = at;
      }
      continue;
    }
    if (key.startsWith(keys.setAside())) {
      found.push(setAside(key));
      continue;
    }
    const record = readRecord(key, value);
    if ("data" in record) world.put(key, record.data, modRevision);
    else
      found.push(
        unreadable(key, record.problem, DERIVED.some((prefix) => key.startsWith(prefix)) ? modRevision : undefined),
      );
  }
  if (oldest !== undefined) found.push(behind(waiting, oldest));
  return [...found, ...checkClaims(world)];
}

function unknown(key: string): Diagnosis {
  return {
    code: "KeyUnknown",
    where: "store",
    subject: key,
    message: `${key} is no key of this version: a newer one wrote it, or somebody else`,
    remedy: "leave it if a newer version runs or ran here, else delete it from the store",
    isMendable: false,
  };
}

function unreadable(key: string, problem: string, modRevision: number | undefined): Diagnosis {
  const remedy =
    modRevision === undefined
      ? "write the object again, or delete the key from the store: until then it counts as not there"
      : "take it away and make it anew (--fix)";
  return {
    code: "ValueUnreadable",
    where: "store",
    subject: key,
    message: `the value of ${key} cannot be read: ${problem}`,
    remedy,
    isMendable: modRevision !== undefined,
    ...(modRevision === undefined ? {} : { mend: { do: "deleteRaw", key, modRevision } }),
  };
}

function setAside(key: string): Diagnosis {
  return {
    code: "ValueUnreadable",
    where: "history",
    subject: key,
    message: `a change record could not be taken into the history, and is kept at ${key}`,
    remedy: "read it there (the log of the API says what was wrong with it), then delete the key",
    isMendable: false,
  };
}

function behind(waiting: number, oldest: string): Diagnosis {
  return {
    code: "HistoryBehind",
    where: "history",
    subject: "changes",
    message: `${waiting} changes wait for the history database, the oldest since ${oldest}`,
    remedy: "see why the database does not take them (log of the API); they are kept until it does",
    isMendable: false,
  };
}
