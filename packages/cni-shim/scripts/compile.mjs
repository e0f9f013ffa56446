import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Makes dist/ratchet, one executable without a runtime: `bun build --compile`.
// From the sources, so that it never lags behind them; under another name first, since it may be running.
// An argument names another place for it.

const folder = join(dirname(fileURLToPath(import.meta.url)), "..");
const bun = join(dirname(createRequire(import.meta.url).resolve("bun/package.json")), "bin", "bun.exe");
const executable = process.argv[2] ?? join(folder, "dist", "ratchet");
const fresh = `${executable}.${process.pid}`;

mkdirSync(dirname(executable), { recursive: true });
const flags = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--conditions=@ratchet/source",
  // The folder it is started in belongs to the runtime and must not configure it.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];
const { status, error, stdout, stderr } = spawnSync(bun, ["build", ...flags, "src/main.ts", "--outfile", fresh], {
  cwd: folder,
  encoding: "utf8",
});
if (status !== 0) {
  process.stderr.write(`bun build failed: ${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}\n`);
  process.exit(1);
}
renameSync(fresh, executable);
