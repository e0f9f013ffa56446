import type { Transaction } from "./store.js";
import { StoreError } from "./store-error.js";

/** @throws StoreError InvalidArgument when the transaction could not run in any state of the store */
export function checkTransaction(transaction: Transaction): void {
  for (const compare of transaction.compare ?? []) {
    checkKey(compare.key);
    if ("modRevision" in compare) checkRevision("modRevision", compare.modRevision);
  }

  const puts = new Set<string>();
  const deletes = new Set<string>();
  const prefixes = new Set<string>();
  for (const op of transaction.ops) {
    if (op.op === "deletePrefix") {
      checkText("prefix", op.prefix);
      prefixes.add(op.prefix);
      continue;
    }
    checkKey(op.key);
    if (op.op === "delete") {
      deletes.add(op.key);
      continue;
    }
    checkText(`value of ${JSON.stringify(op.key)}`, op.value);
    if (puts.has(op.key)) throw touchedTwice(op.key);
    puts.add(op.key);
  }

  for (const key of puts) {
    if (deletes.has(key)) throw touchedTwice(key);
    for (const prefix of prefixes) if (key.startsWith(prefix)) throw touchedTwice(key);
  }
}

export function checkKey(key: string): void {
  checkText("key", key);
  if (key === "") throw new StoreError("InvalidArgument", "a key must not be empty");
}

export function checkText(what: string, text: string): void {
  if (typeof text !== "string") throw new StoreError("InvalidArgument", `${what} must be a string`);
  // UTF-8 has no form for them: they would come back as U+FFFD.
  if (!text.isWellFormed()) throw new StoreError("InvalidArgument", `${what} contains a lone surrogate`);
}

export function checkRevision(what: string, revision: number): void {
  if (!Number.isSafeInteger(revision) || revision < 0) {
    throw new StoreError("InvalidArgument", `${what} must be an integer from 0 on, not ${revision}`);
  }
}

function touchedTwice(key: string): StoreError {
  return new StoreError("InvalidArgument", `the transaction touches ${JSON.stringify(key)} twice`);
}
