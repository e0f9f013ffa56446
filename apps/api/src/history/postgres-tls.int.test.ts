import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type KeyPair, makeAuthority, signServer } from "@ratchet/credentials";
import { Postgres } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestApi } from "../test-support/running-api.js";
import { change } from "./fixture/change.js";
import { openHistory } from "./open-history.js";

let folder: string;
/** Its certificate says 127.0.0.1 and localhost. */
let server: Postgres;
/** Of the same authority, and of another host. */
let misnamed: Postgres;
let ca: string;
let otherCa: string;

async function start(authority: KeyPair, hosts: string[]): Promise<Postgres> {
  return Postgres.start({ tls: await signServer(authority, hosts, 1) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ratchet-pg-tls-"));
  const [authority, other] = await Promise.all(["test", "other"].map((name) => makeAuthority(name, 1)));
  ca = join(folder, "ca.crt");
  otherCa = join(folder, "other.crt");
  await writeFile(ca, authority!.certificate);
  await writeFile(otherCa, other!.certificate);
  server = await start(authority!, ["127.0.0.1", "localhost"]);
  misnamed = await start(authority!, ["database.example", "localhost"]);
});
afterAll(async () => {
  await server?.close();
  await misnamed?.close();
  await rm(folder, { recursive: true });
});

async function fresh(of: Postgres, query: Record<string, string>, host = "127.0.0.1"): Promise<string> {
  const url = new URL(await of.newDatabase());
  url.hostname = host;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

async function refused(of: Postgres, query: Record<string, string>): Promise<string> {
  const error = await openHistory({ kind: "postgresql", url: await fresh(of, query) }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "Unavailable" });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(of.password);
  return (error as Error).message;
}

describe("a PostgreSQL history over TLS", () => {
  it.each(["127.0.0.1", "localhost"])("is kept on a server that proves to be %s", async (host) => {
    const url = await fresh(server, { sslmode: "verify-full", sslrootcert: ca }, host);
    const history = await openHistory({ kind: "postgresql", url });
    await history.append([change(1)]);
    expect(await history.list({ limit: 9 })).toEqual([change(1)]);
    await history.close();
    const connections = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_port > 0";
    expect(await server.sql("postgres", connections)).toBe("t");
  });

  it("is not spoken of to a server of another authority, of none that is known, or of another name", async () => {
    expect(await refused(server, { sslmode: "verify-full", sslrootcert: otherCa })).toMatch(/certificate|signature/);
    expect(await refused(server, { sslmode: "verify-full" })).toMatch(/certificate/);
    // "localhost" is in that certificate, and is not what the URL says.
    expect(await refused(misnamed, { sslmode: "verify-full", sslrootcert: ca })).toMatch(/127\.0\.0\.1/);
  });

  it("is not sent in the clear where the server wants TLS, and a file that is missing is named", async () => {
    expect(await refused(server, {})).toMatch(/no encryption/);
    const missing = join(folder, "missing.crt");
    expect(await refused(server, { sslmode: "verify-full", sslrootcert: missing })).toContain(missing);
  });

  it("takes the changes of an API that is given the URL and a file with the password", async () => {
    const url = new URL(await fresh(server, { sslmode: "verify-full", sslrootcert: ca }));
    url.password = "";
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, `${server.password}\n`);
    const api = await TestApi.start({ database: { kind: "postgresql", url: url.href, passwordFile } });
    try {
      await api.pod("a");
      const { items } = await api.until("/api/v1/changes", (body) => body.items.length > 0, 20_000);
      expect(items).toMatchObject([{ verb: "create", kind: "Pod", name: "a" }]);
      // What waits to be written is listed already.
      await expect
        .poll(() => server.sql(url.pathname.slice(1), "SELECT name FROM changes"), { timeout: 20_000 })
        .toBe("a");
    } finally {
      await api.stop();
    }
  });
});
