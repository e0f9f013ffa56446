import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { parseFlags, USAGE } from "./config/flags.js";
import { keepHeapTight } from "./tight-heap.js";
import { VERSION } from "./version.js";

// Beside the program and not in the folder for temporary files, so that stopping leaves nothing on the machine.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));

keepHeapTight();

const OWN_WEB = fileURLToPath(new URL("../../web/dist", import.meta.url));

async function main(): Promise<number | undefined> {
  const flags = parseFlags(process.argv.slice(2), process.env);
  if ("help" in flags) {
    process.stdout.write(USAGE);
    return 0;
  }
  if ("version" in flags) {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if ("problems" in flags) {
    for (const problem of flags.problems) process.stderr.write(`ratchet-api: ${problem}\n`);
    return 2;
  }
  const { config } = flags;
  const [{ startApi }, { pino, destination }] = await Promise.all([import("./start-api.js"), import("pino")]);
  const log = pino({ level: config.logLevel, base: null }, destination({ dest: 2, sync: true }));
  const api = await startApi({ ...config, ...config.replica, ...config.history, web: config.web ?? OWN_WEB, log });
  process.stdout.write(`${JSON.stringify({ ready: true, url: api.url, socket: api.socket })}\n`);

  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    api.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGHUP", () => api.reload());
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return undefined;
}

main().then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`ratchet-api: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
