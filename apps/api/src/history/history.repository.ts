import { setImmediate } from "node:timers/promises";
import { type Change as ChangeRow, Prisma, type PrismaClient } from "#prisma";
import type { ChangeQuery, ChangeRecord } from "./change-record.js";
import { HistoryError } from "./history-error.js";

/** Positions of one page, saved for everyone. */
export interface SavedLayout {
  namespace: string;
  name: string;
  positions: object;
  updatedBy: string;
  /** ISO 8601 */
  updatedAt: string;
}

// Everything below runs on the event loop: after so many rows others get their turn.
const rowsPerInsert = 50;
const rowsPerDelete = 500;
const CLOSE_MS = 3000;

/**
 * The history database: what was changed by whom, and saved layouts. Prisma stays behind it.
 *
 * Each method throws HistoryError: Unavailable when the database fails, Rejected when it does not take what it is given.
 */
export class HistoryRepository {
  readonly #prisma: PrismaClient;

  /** Takes over the client, whose tables are up to date: see openHistory(). */
  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Adds those changes that are not there yet, by id. On failure some may have been added: repeat it. */
  async append(changes: readonly ChangeRecord[]): Promise<void> {
    await this.#run("append", async () => {
      for (let from = 0; from < changes.length; from += rowsPerInsert) {
        const some = changes.slice(from, from + rowsPerInsert);
        await this.#prisma.$executeRaw(insert(some));
        await setImmediate();
      }
    });
  }

  /** Newest first. */
  async list({ namespace, kind, name, before, limit }: ChangeQuery): Promise<ChangeRecord[]> {
    const where: Prisma.ChangeWhereInput = {};
    if (namespace !== undefined) where.namespace = namespace;
    if (kind !== undefined) where.kind = kind;
    if (name !== undefined) where.name = name;
    if (before !== undefined) where.id = { lt: before };
    return this.#run("list", async () => {
      const rows = await this.#prisma.change.findMany({ where, orderBy: { id: "desc" }, take: limit });
      return rows.map(changeOf);
    });
  }

  async get(id: string): Promise<ChangeRecord | undefined> {
    return this.#run("get", async () => {
      const row = await this.#prisma.change.findUnique({ where: { id } });
      return row === null ? undefined : changeOf(row);
    });
  }

  /** Deletes changes made before `olderThan`; returns how many. */
  async prune(olderThan: Date): Promise<number> {
    return this.#run("prune", async () => {
      for (let pruned = 0; ; ) {
        const count = await this.#prisma.$executeRaw`
          DELETE FROM "changes" WHERE "id" IN
            (SELECT "id" FROM "changes" WHERE "at" < ${olderThan} ORDER BY "at" LIMIT ${rowsPerDelete})`;
        pruned += count;
        if (count < rowsPerDelete) return pruned;
        await setImmediate();
      }
    });
  }

  async getLayout(namespace: string, name: string): Promise<SavedLayout | undefined> {
    return this.#run("getLayout", async () => {
      const row = await this.#prisma.layout.findUnique({ where: { namespace_name: { namespace, name } } });
      if (row === null) return undefined;
      return { ...row, positions: JSON.parse(row.positions), updatedAt: row.updatedAt.toISOString() };
    });
  }

  /** Saves or replaces. */
  async putLayout(layout: SavedLayout): Promise<void> {
    const { namespace, name, updatedBy } = layout;
    const data = { positions: JSON.stringify(layout.positions), updatedBy, updatedAt: new Date(layout.updatedAt) };
    await this.#run("putLayout", () =>
      this.#prisma.layout.upsert({
        where: { namespace_name: { namespace, name } },
        create: { namespace, name, ...data },
        update: data,
      }),
    );
  }

  /** All of them, by namespace and name. */
  async listLayouts(): Promise<SavedLayout[]> {
    return this.#run("listLayouts", async () => {
      const rows = await this.#prisma.layout.findMany({ orderBy: [{ namespace: "asc" }, { name: "asc" }] });
      return rows.map((row) => ({
        ...row,
        positions: JSON.parse(row.positions),
        updatedAt: row.updatedAt.toISOString(),
      }));
    });
  }

  /** Adds them all or none. */
  async putLayouts(layouts: readonly SavedLayout[]): Promise<void> {
    const data = layouts.map((layout) => ({
      ...layout,
      positions: JSON.stringify(layout.positions),
      updatedAt: new Date(layout.updatedAt),
    }));
    await this.#run("putLayouts", () => this.#prisma.layout.createMany({ data }));
  }

  async deleteLayouts(layouts: readonly { namespace: string; name: string }[]): Promise<void> {
    const OR = layouts.map(({ namespace, name }) => ({ namespace, name }));
    await this.#run("deleteLayouts", () => this.#prisma.layout.deleteMany({ where: { OR } }));
  }

  /** A database that hangs is not waited for. */
  async close(): Promise<void> {
    const given = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([this.#prisma.$disconnect(), given]);
  }

  async #run<Result>(op: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      // Prisma's messages span lines and quote the call; the last line says what happened.
      const reason = (error as Error).message.trim().split("\n").at(-1);
      const code = isAboutData(error) ? "Rejected" : "Unavailable";
      throw new HistoryError(code, `history ${op}: ${reason}`, { cause: error });
    }
  }
}

// Classes 22 and 23 of https://www.postgresql.org/docs/current/errcodes-appendix.html: five characters.
const POSTGRES_DATA = /^(22|23)[0-9A-Z]{3}$/;
// SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH: the low byte of what are at most four digits
// (https://sqlite.org/rescode.html).
const SQLITE_DATA = new Set([18, 19, 20]);

/** Whether the database said that what it was given is wrong, and not that it cannot. */
function isAboutData(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const { meta } = error as { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const code = String(meta?.driverAdapterError?.cause?.originalCode ?? "");
  return POSTGRES_DATA.test(code) || (/^\d{1,4}$/.test(code) && SQLITE_DATA.has(Number(code) & 0xff));
}

// Raw, because createMany cannot skip duplicates on SQLite, and Prisma compiled it for 25 ms per 100 rows, on the event
// loop. PostgreSQL takes this statement as it is.
// A server that hung with it in its hands wrote it when it woke: asked for again, it is then marked.
function insert(changes: readonly ChangeRecord[]): Prisma.Sql {
  const rows = changes.map((change) => {
    const { id, actor, verb, kind, namespace, name, uid, revision, before, after, revertOf, batch } = change;
    const json = [before && JSON.stringify(before), after && JSON.stringify(after)];
    const at = new Date(change.at);
    const values = [id, at, actor, verb, kind, namespace, name, uid ?? null, BigInt(revision)];
    return Prisma.sql`(${Prisma.join([...values, ...json, revertOf ?? null, batch ?? null, change.late === true])})`;
  });
  return Prisma.sql`
    INSERT INTO "changes"
      ("id", "at", "actor", "verb", "kind", "namespace", "name", "uid", "revision", "before", "after", "revertOf", "batch", "late")
    VALUES ${Prisma.join(rows)}
    ON CONFLICT ("id") DO UPDATE SET "late" = "changes"."late" OR EXCLUDED."late"`;
}

function changeOf(row: ChangeRow): ChangeRecord {
  const { id, at, actor, kind, namespace, name, uid, revision, before, after, revertOf, batch } = row;
  return {
    id,
    at: at.toISOString(),
    actor,
    verb: row.verb as ChangeRecord["verb"],
    kind,
    namespace,
    name,
    revision: Number(revision),
    before: before && JSON.parse(before),
    after: after && JSON.parse(after),
    ...(uid !== null && { uid }),
    ...(revertOf !== null && { revertOf }),
    ...(batch !== null && { batch }),
    ...(row.late && { late: true }),
  };
}
