import { type HistoryDatabase, urlProblem } from "../history/database.js";

export const HISTORY_USAGE = `  --database-url URL   PostgreSQL for history and layouts, postgresql://USER@HOST:PORT/DATABASE (default: the file history.db in DIR),
                       over TLS with ?sslmode=verify-full, and &sslrootcert=FILE for an authority of one's own.
                       Better in RATCHET_DATABASE_URL when it has a password.
  --database-password-file FILE  first line: the password, instead of one in the URL
  --history-days N     delete changes older than N days; 0, the default, keeps all
`;

export const HISTORY_FLAGS = {
  "database-url": { type: "string" },
  "database-password-file": { type: "string" },
  "history-days": { type: "string" },
} as const;

export interface HistoryConfig {
  database?: HistoryDatabase;
  historyDays: number;
}

/** Reads where the history is kept and for how long. Problems are reported by name and never by value. */
export function readHistoryFlags(
  given: (name: keyof typeof HISTORY_FLAGS) => string | undefined,
  problems: string[],
): HistoryConfig {
  const [url, passwordFile] = [given("database-url"), given("database-password-file")];
  const historyDays = Number(given("history-days") ?? 0);
  if (!(historyDays >= 0 && historyDays <= 36_500)) problems.push("--history-days must be a number of days, 0-36500");
  if (url === undefined) {
    if (passwordFile !== undefined) problems.push("--database-password-file needs --database-url");
    return { historyDays };
  }
  const problem = urlProblem(url);
  if (problem !== undefined) problems.push(`--database-url ${problem}`);
  return {
    historyDays,
    database: { kind: "postgresql", url, ...(passwordFile === undefined ? {} : { passwordFile }) },
  };
}
