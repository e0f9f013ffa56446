import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { signStore } from "./authority.js";
import { addNodes, FILES, nodesOf, read, renewServer, write } from "./folder.js";

/** The uid that each image runs as. */
const USERS = { api: 65532, etcd: 65533, postgres: 65534, front: 65535, agent: 0 };
const PASSWORD = "postgres.password";

export interface Compose {
  /** Names and addresses the front is reached by. */
  hosts: readonly string[];
  days: number;
  /** Of the agent on this host. */
  node: string;
  /** This host's address for tunnels. */
  vtep: string;
}

/**
 * Writes, below a folder that `makeFolder` made, what each service of docker-compose.yml is given: one folder each, that
 * only its own user may read, and the file of variables without which compose does not start. Returns that file's path.
 *
 * Again it writes new certificates, and keeps the database's password and the node's token.
 */
export async function makeComposeFolder(folder: string, { hosts, days, node, vtep }: Compose): Promise<string> {
  const replicas = ["api-1", "api-2"];
  await renewServer(folder, { hosts: [...replicas, "front", ...hosts], days });
  if (!nodesOf(folder).includes(node)) addNodes(folder, [node]);
  if (!existsSync(join(folder, PASSWORD))) write(folder, PASSWORD, `${randomBytes(24).toString("base64url")}\n`);
  const password = read(folder, PASSWORD).trim();
  const ca = { certificate: read(folder, FILES.authority), key: read(folder, FILES.authorityKey) };
  const member = await signStore(ca, "etcd", ["etcd", "localhost", "127.0.0.1"], days);
  const client = await signStore(ca, "ratchet-api", [], days);
  const own = (name: string) => [name, read(folder, name)] as const;
  const parts: Record<keyof typeof USERS, (readonly [string, string])[]> = {
    api: [
      ...[own(FILES.authority), own(FILES.server), own(FILES.serverKey), own(FILES.tokens), own(FILES.replica)],
      ...([
        ["etcd.crt", client.certificate],
        ["etcd.key", client.key],
      ] as const),
      ["database.password", `${password}\n`],
    ],
    etcd: [own(FILES.authority), ["etcd.crt", member.certificate], ["etcd.key", member.key]],
    postgres: [["password", `${password}\n`]],
    front: [own(FILES.authority)],
    agent: [own(FILES.authority), ["node.token", read(folder, FILES.node(node))]],
  };
  for (const [service, files] of Object.entries(parts)) {
    for (const [name, content] of files) write(folder, join("compose", service, name), content);
    give(join(folder, "compose", service), USERS[service as keyof typeof USERS]);
  }
  const file = join("compose", "compose.env");
  write(
    folder,
    file,
    `RATCHET_CREDENTIALS=${resolve(folder, "compose")}\nRATCHET_NODE=${node}\nRATCHET_VTEP=${vtep}\n`,
  );
  return join(folder, file);
}

/** Files are 0600: they must belong to who reads them, which only root can see to. */
function give(folder: string, uid: number): void {
  if (process.getuid?.() !== 0) return;
  mkdirSync(folder, { recursive: true });
  chownSync(folder, uid, uid);
  for (const name of readdirSync(folder)) chownSync(join(folder, name), uid, uid);
}
