import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openEmbeddedStore } from "./embedded/embedded-store.js";
import { openEtcdStore } from "./etcd/etcd-store.js";
import type { EtcdOptionsInput } from "./etcd/options.js";
import type { Store } from "./store.js";
import { StoreError } from "./store-error.js";

/** Which store keeps the intents. */
export type StoreChoice =
  | { kind: "embedded" }
  | {
      kind: "etcd";
      etcd: Omit<EtcdOptionsInput, "auth">;
      user?: string;
      /** Its first line is the password. */
      passwordFile?: string;
    };

/** Opens it; `data` is the folder of the embedded one. @throws StoreError */
export async function openStore(choice: StoreChoice, data: string): Promise<Store> {
  if (choice.kind === "embedded") return openEmbeddedStore({ path: join(data, "store.db") });
  const { etcd, user, passwordFile } = choice;
  if (user === undefined || passwordFile === undefined) return openEtcdStore(etcd);
  return openEtcdStore({ ...etcd, auth: { user, password: await readPassword(passwordFile) } });
}

async function readPassword(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const message = `the password file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    throw new StoreError("InvalidArgument", message, { cause });
  }
  const password = text.split(/\r?\n/, 1)[0] ?? "";
  if (password === "") throw new StoreError("InvalidArgument", `the first line of the password file ${path} is empty`);
  return password;
}
