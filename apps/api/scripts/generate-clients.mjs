import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// Prisma writes the provider into the client it generates, so each database needs one; both come from one schema.
const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SOURCE = here("../../../prisma/schema.prisma");
const DERIVED = here("../generated/postgresql.prisma");

const source = await readFile(SOURCE, "utf8");
const derived = source
  .replace('provider = "sqlite"', 'provider = "postgresql"')
  .replace('output              = "../apps/api/generated/prisma"', 'output              = "./prisma-postgresql"');
if (!derived.includes('"postgresql"') || !derived.includes('"./prisma-postgresql"')) {
  throw new Error(`${SOURCE} does not name its provider and output as generate-clients.mjs expects`);
}
await mkdir(here("../generated"), { recursive: true });

// The engine is for migrations, which we run ourselves: any file that exists keeps Prisma from downloading one.
const env = { ...process.env, CHECKPOINT_DISABLE: "1", PRISMA_SCHEMA_ENGINE_BINARY: "package.json" };
const prisma = here("../node_modules/.bin/prisma");
await writeFile(DERIVED, `// Made from prisma/schema.prisma by generate-clients.mjs.\n${derived}`);
for (const schema of [SOURCE, DERIVED]) {
  await run(prisma, ["generate", "--schema", schema, "--no-hints"], { env, cwd: here("..") });
}
