import { PrismaPg } from "@prisma/adapter-pg";
import { Client, Pool } from "pg";
import type { PrismaClient } from "#prisma";
import { PrismaClient as PostgresClient } from "#prisma-postgresql";
import { migratePostgres } from "./migrate-postgres.js";
import type { Migration } from "./migration.js";

const CONNECT_MS = 5000;
/** A server that hangs answers nothing and refuses nothing. */
const QUERY_MS = 10_000;
const CONNECTIONS = 5;

/** Connects and brings the tables up to date. `shown`: the database without its password. */
export async function openPostgres(url: string, shown: string, known: Migration[]): Promise<PrismaClient> {
  const settings = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
    application_name: "ratchet",
  };
  const client = new Client(settings);
  // Without a listener a connection that breaks between two queries ends the process.
  client.on("error", () => {});
  try {
    await client.connect();
    await migratePostgres(shown, client, known);
  } finally {
    // Not waited for: a server that hangs would keep it.
    void client.end().catch(() => {});
  }
  const pool = new Pool({ ...settings, max: CONNECTIONS });
  const adapter = new PrismaPg(pool, { disposeExternalPool: true, onPoolError: () => {} });
  // Made from the same schema; the two types differ in name alone.
  return new PostgresClient({ adapter }) as unknown as PrismaClient;
}
