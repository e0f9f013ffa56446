import { Inject, Injectable } from "@nestjs/common";
import { type Backup, KEY_ROOT, type RestoreResult } from "@ratchet/contracts";
import { Core } from "../core.js";
import { ChangeIds } from "../history/change-ids.js";
import { recordChange } from "../history/outbox-entry.js";
import { ProblemError, refuse } from "../http/problem-error.js";
import type { Request } from "../state/intents.js";
import { backupOf, problemsOf } from "./backup-file.js";
import { planRestore } from "./plan-restore.js";

const SHOWN_WITHIN_MS = 60_000;

/** Takes everything out in one file, and brings it back. */
@Injectable()
export class BackupService {
  readonly #core: Core;
  readonly #ids = new ChangeIds();

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  async take(): Promise<Backup> {
    const { store, history } = this.#core;
    const [range, layouts] = await Promise.all([
      store.range(KEY_ROOT),
      history().then((repository) => repository.listLayouts()),
    ]);
    return backupOf(store.storeId, range, layouts, new Date().toISOString());
  }

  /**
   * All or nothing: everything in one transaction of the store, after the layouts, which mean nothing by themselves.
   *
   * @throws ProblemError Invalid, Conflict, PoolInUse
   */
  async restore(backup: Backup, { actor, onChanges }: Request): Promise<RestoreResult> {
    const problems = problemsOf(backup);
    if (problems.length > 0) throw refuse("Invalid", problems.slice(0, 20));
    const { store, mirror, toolbox, log } = this.#core;
    const { entries } = await store.range(KEY_ROOT);
    const { compare, ops } = planRestore(backup, entries);
    const history = await this.#core.history();
    if ((await history.listLayouts()).length > 0) throw inUse("its history database has layouts: give it a new one");
    await history.putLayouts(backup.layouts);
    const { storeId, revision: from, at, layouts } = backup;
    const restored = countsOf(backup);
    const id = this.#ids.next();
    const change = { verb: "restore" as const, kind: "Installation", namespace: null, name: storeId };
    const after = { from: { storeId, revision: from, at }, restored };
    ops.push(recordChange({ id, at: new Date().toISOString(), actor, ...change, before: null, after }));
    const outcome = await store.txn({ compare, ops }).catch(async (error: unknown) => {
      await history.deleteLayouts(layouts);
      throw error;
    });
    if (!outcome.committed) {
      await history.deleteLayouts(layouts);
      throw inUse("somebody began to use it meanwhile: nothing was restored");
    }
    await mirror.reached(outcome.revision, SHOWN_WITHIN_MS);
    toolbox.startAbove();
    log.info({ from: storeId, restored }, "restored a backup");
    onChanges?.([id]);
    return { revision: outcome.revision, from: { storeId, revision: from, at }, restored };
  }
}

/** How much there is of what: the part of the key after the root. */
function countsOf({ entries, layouts }: Backup): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { key } of entries) {
    const [kind = ""] = key.slice(KEY_ROOT.length).split("/");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { ...counts, layouts: layouts.length };
}

function inUse(why: string): ProblemError {
  return new ProblemError("Conflict", `this installation is in use: ${why}`);
}
