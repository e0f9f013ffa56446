import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  AgentState,
  type AssignedPod,
  type Assignment,
  CNI_PENDING_DEL_DIR,
  CniPendingDel,
  CniRegistrations,
  FaultRecords,
} from "@ratchet/contracts";
import { assertSound, fuzzRuns, heapBytes, mutate, mutateText, type Random } from "@ratchet/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PodNetwork } from "../../model/pod-network.js";
import { LocalPods } from "../cni/local-pods.js";
import { PendingNotes } from "../cni/pending-notes.js";
import { RegistrationFile } from "../cni/registration-file.js";
import { Registrations } from "../cni/registrations.js";
import { FaultFile } from "../faults/fault-file.js";
import { FaultKeeper } from "../faults/fault-keeper.js";
import { inspect } from "../inspect.js";
import { portEnd } from "../specs.js";
import { StateFile } from "../state-file.js";
import { World } from "../world.js";
import { ASSIGNMENT, FAULTS, NOTE, REGISTRATIONS, STATE } from "./sample-state.js";

const fuzz = fuzzRuns();
const silent = () => {};
const clock = { bootId: "boot", nowMs: () => 100_000 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-fuzz-state-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The file as somebody else may have left it: torn, changed, or well-formed with other content. */
function broken(random: Random, sample: object, isChecked: boolean): string {
  const body = JSON.stringify(random.chance(0.1) ? sample : mutate(random, sample)) ?? "null";
  const sha256 = createHash("sha256").update(body).digest("hex");
  const text = isChecked ? `${JSON.stringify({ version: 1, sha256 })}\n${body}\n` : body;
  return random.chance(0.25) ? mutateText(random, text) : text;
}

function put(path: string, text: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What cannot be believed lies beside, once: nothing is lost and nothing heaps up. */
function expectSetAside(path: string, isAside: boolean, what: string): void {
  const name = basename(path);
  const others = readdirSync(dirname(path)).filter((other) => other !== name && other.startsWith(name));
  expect(others.length, what).toBe(isAside ? 1 : 0);
}

/** Plans everything that an assignment asks for, as the agent does with what it finds. */
function planAll(assignment: Assignment, faults: FaultKeeper): void {
  const world = new World();
  world.desired.apply({ ...assignment, full: true, removedPods: [], removedPorts: [], removedWires: [] });
  for (const port of world.desired.ports.values()) world.panelName(port.podUid, port.interface);
  for (const pod of world.desired.pods.values()) world.sandboxes.set(pod.podUid, readySandbox(pod));
  const context = { installationId: "i", panelPath: "/run/netns/panel", parentInterface: "eth0" };
  inspect(world, context, faults, { endOf: (key) => portEnd(world, key) });
  expect(Number.isSafeInteger(world.desired.toAssignment().pods.length)).toBe(true);
}

function readySandbox({ podUid, incarnation }: AssignedPod) {
  const where = { path: "/run/netns/x", dev: "4", inode: "1", netnsId: 1, network: new PodNetwork() };
  return { podUid, incarnation, phase: "Ready" as const, message: "", image: undefined, isManaged: true, ...where };
}

test("state-files: whatever lies in the agent's folder is read, or set aside and done without", async () => {
  const random = fuzz.random("state-files");
  const before = heapBytes();
  const seen = { read: 0, aside: 0 };
  for (let run = 0; run < fuzz.runs; run++) {
    const { name, sample, isChecked, load } = FILES[run % FILES.length] as (typeof FILES)[number];
    const text = broken(random, sample, isChecked);
    const what = `${fuzz.replay("state-files", run)}\n${name}\n${text.slice(0, 4000)}`;
    const path = join(folder, name);
    put(path, text);
    let isRead: boolean;
    try {
      isRead = await load();
    } catch (error) {
      throw new Error(what, { cause: error });
    }
    expectSetAside(path, !isRead, what);
    seen[isRead ? "read" : "aside"]++;
    assertSound(what);
  }
  // All refused, or none, would prove nothing.
  expect(Math.min(seen.read, seen.aside)).toBeGreaterThan(fuzz.runs / 20);
  expect(heapBytes() - before).toBeLessThan(256 * 2 ** 20);
});

interface StateOnDisk {
  /** Within the agent's folder. */
  name: string;
  sample: object;
  isChecked: boolean;
  /** Loads it and uses what was loaded; false when there was nothing to believe. */
  load(): boolean | Promise<boolean>;
}

const FILES: readonly StateOnDisk[] = [
  {
    name: "state.json",
    sample: STATE,
    isChecked: true,
    load() {
      const { log, warnings } = counting();
      const state = new StateFile(folder, log).load();
      AgentState.parse(state);
      const faults = new FaultKeeper({ load: () => FAULTS.faults, save: silent }, clock, silent, silent);
      faults.load();
      if (state.assignment !== null) planAll(state.assignment, faults);
      faults.stop();
      return warnings() === 0;
    },
  },
  {
    name: "cni.json",
    sample: REGISTRATIONS,
    isChecked: true,
    load() {
      const { log, warnings } = counting();
      const loaded = new RegistrationFile(folder, log).load();
      CniRegistrations.parse(loaded);
      const registrations = new Registrations();
      const locals = new LocalPods();
      for (const item of loaded.registrations) registrations.put(item);
      registrations.dead("boot", () => ({ dev: "4", inode: "7" }));
      for (const { podUid, local } of registrations.all())
        if (local !== null) locals.set(podUid, local, { storeId: "s", revision: 1 });
      const frame = { ...ASSIGNMENT, full: true, removedPods: [], removedPorts: [], removedWires: [] };
      const faults = new FaultKeeper({ load: () => [], save: silent }, clock, silent, silent);
      planAll(locals.merge(frame, true), faults);
      return warnings() === 0;
    },
  },
  {
    name: "faults.json",
    sample: FAULTS,
    isChecked: false,
    load() {
      const { log, warnings } = counting();
      const file = new FaultFile(folder, log);
      const records = file.load();
      FaultRecords.parse({ version: 1, faults: records });
      const keeper = new FaultKeeper({ load: () => records, save: silent }, clock, silent, silent);
      keeper.load();
      planAll(ASSIGNMENT, keeper);
      for (const { activeMs } of keeper.reports()) expect(activeMs).toBeGreaterThanOrEqual(0);
      keeper.stop();
      return warnings() === 0;
    },
  },
  {
    name: `${CNI_PENDING_DEL_DIR}/c1.eth0.json`,
    sample: NOTE,
    isChecked: false,
    async load() {
      const { log, warnings } = counting();
      const notes = new PendingNotes(folder, log);
      const obeyed: unknown[] = [];
      await notes.drain(async (note) => void obeyed.push(CniPendingDel.parse(note)));
      expect(obeyed.length + warnings()).toBe(1);
      return warnings() === 0;
    },
  },
];

function counting() {
  let count = 0;
  return {
    warnings: () => count,
    log: (level: string) => {
      if (level === "warn" || level === "error") count++;
    },
  };
}
