import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILES, makeAuthority, renewToken } from "@ratchet/credentials";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { PeerFiles } from "../access/peer-credentials.js";
import { GuardedApi, makeCredentials } from "../test-support/guarded-api.js";

let etcd: EtcdCluster;
let base: string;
let folder: string;
let prefixes = 0;
const apis: GuardedApi[] = [];
beforeAll(async () => {
  etcd = await startEtcd();
  base = mkdtempSync(join(tmpdir(), "ratchet-guarded-replicas-"));
});
afterAll(async () => {
  await etcd?.close();
  rmSync(base, { recursive: true });
});
beforeEach(async () => {
  folder = join(base, `credentials-${++prefixes}`);
  await makeCredentials(folder);
});
afterEach(async () => {
  for (const api of apis.splice(0)) await api.stop();
});

async function replica(replicaId: string, peers: PeerFiles = own()): Promise<GuardedApi> {
  const store = { kind: "etcd" as const, etcd: { endpoints: etcd.endpoints, prefix: `guarded-${prefixes}/` } };
  const api = await GuardedApi.start({ store, replicaId, leaseSeconds: 2, folder, peers });
  apis.push(api);
  return api;
}

const own = (): PeerFiles => ({ peerCa: join(folder, FILES.authority), peerTokenFile: join(folder, FILES.replica) });
const followers = (api: GuardedApi) => api.api.core.replicas?.peers?.server.size;

test("replicas find each other behind TLS by the replica token, and take a new one without a restart", async () => {
  const [one, two] = [await replica("one"), await replica("two")];
  for (const api of [one, two]) await expect.poll(() => followers(api)).toBe(1);
  renewToken(folder, "replica");
  for (const api of [one, two]) {
    await expect.poll(() => api.lines.text).toContain("lost the connection to another replica");
    await expect.poll(() => followers(api), { timeout: 6_000 }).toBe(1);
  }
});

test("a browser's session is good at every replica", async () => {
  const [one, two] = [await replica("one"), await replica("two")];
  const body = { token: one.token("operator") };
  const [set = ""] = (await one.ask("POST", "/api/v1/session", { body })).headers["set-cookie"] as string[];
  const cookie = set.split(";", 1)[0] ?? "";
  expect((await two.ask("GET", "/api/v1/nodes", { cookie })).status).toBe(200);
});

test.each<[string, () => PeerFiles, string]>([
  ["another token", () => ({ ...own(), peerTokenFile: join(folder, FILES.operator) }), "does not take the token"],
  ["no token", () => ({ peerCa: join(folder, FILES.authority) }), "does not take the token"],
  [
    "no such file",
    () => ({ ...own(), peerTokenFile: join(folder, "none") }),
    "--peer-token-file cannot be read: ENOENT",
  ],
  ["another authority", () => ({ ...own(), peerCa: join(base, "other.crt") }), "is not one of --peer-ca"],
])("a replica with %s stays outside, and its log says why without the token", async (_, peers, words) => {
  writeFileSync(join(base, "other.crt"), (await makeAuthority("other", 1)).certificate);
  const [one, two] = [await replica("one"), await replica("two", peers())];
  await expect.poll(() => two.lines.text).toContain(words);
  expect(followers(one)).toBe(0);
  for (const whose of ["operator", "replica"] as const) expect(two.lines.text).not.toContain(two.token(whose));
});
