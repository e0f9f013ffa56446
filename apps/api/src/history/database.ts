import { readFile } from "node:fs/promises";
import { HistoryError } from "./history-error.js";

/** Where the history is kept. */
export type HistoryDatabase =
  | { kind: "sqlite"; path: string }
  | {
      kind: "postgresql";
      url: string;
      /** Its first line is the password, instead of one in the URL. */
      passwordFile?: string;
    };

/** How a database is called where others can read it: without its password. */
export function shownDatabase(database: HistoryDatabase): string {
  if (database.kind === "sqlite") return database.path;
  const { username, host, pathname } = new URL(database.url);
  return `postgresql://${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

/** What is wrong with the URL of a database, or undefined; never repeats it. */
export function urlProblem(url: string): string | undefined {
  const example = "must be postgresql://USER@HOST:PORT/DATABASE";
  if (!URL.canParse(url)) return example;
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== "postgresql:" && protocol !== "postgres:") return example;
  return hostname === "" || pathname.length < 2 ? example : undefined;
}

/** The URL with the password in it. @throws HistoryError Refused when the file cannot be used */
export async function fullUrl({ url, passwordFile }: { url: string; passwordFile?: string }): Promise<string> {
  if (passwordFile === undefined) return url;
  const text = await readFile(passwordFile, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new HistoryError("Unavailable", `the password file ${passwordFile} cannot be read (${cause.code})`);
  });
  const password = text.split(/\r?\n/, 1)[0] ?? "";
  if (password === "") {
    throw new HistoryError("Unavailable", `the first line of the password file ${passwordFile} is empty`);
  }
  const full = new URL(url);
  full.password = encodeURIComponent(password);
  return full.href;
}
