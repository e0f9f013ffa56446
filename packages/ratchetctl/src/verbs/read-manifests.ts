import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { CtlError, UsageError } from "../ctl-error.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder; name its files one by one",
  EACCES: "its permissions do not let you",
};

/** Reads every `-f`, `-` once from stdin, and joins them into one YAML stream. */
export async function readManifests(files: readonly string[], stdin: NodeJS.ReadableStream): Promise<string> {
  if (files.filter((file) => file === "-").length > 1) throw new UsageError("-f - can be given once");
  const documents = await Promise.all(
    files.map(async (file) => {
      if (file === "-") return text(stdin);
      return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new CtlError(`cannot read ${file}: ${REASONS[error.code ?? ""] ?? error.message}`);
      });
    }),
  );
  return documents.map((document) => document.replace(/\n?$/, "\n")).join("---\n");
}
