/** What PostgreSQL calls the types that Prisma's migrations for SQLite use. */
const TYPES: readonly [RegExp, string][] = [
  [/\bDATETIME\b/g, "TIMESTAMP(3)"],
  [/\bREAL\b/g, "DOUBLE PRECISION"],
  [/\bBLOB\b/g, "BYTEA"],
];

/**
 * A migration as PostgreSQL takes it.
 *
 * The schema has only what every SQL database has, so types are all that differs; what SQLite needs to rebuild a table
 * (PRAGMA) has no counterpart and must be written otherwise.
 *
 * @throws Error
 */
export function toPostgres(name: string, sql: string): string {
  if (/\bPRAGMA\b|\bAUTOINCREMENT\b/i.test(sql)) {
    throw new Error(`migration ${name} is for SQLite alone: write it with ADD COLUMN, or copy into a new table`);
  }
  return TYPES.reduce((text, [type, theirs]) => text.replace(type, theirs), sql);
}
