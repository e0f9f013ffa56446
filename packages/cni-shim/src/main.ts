import { bunHost } from "./host/bun-host.js";
import { run } from "./run.js";

main().then(
  // exit() at once: open sockets and timers must not keep the runtime waiting.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`ratchet: ${String(error)}\n`);
    process.exit(1);
  },
);

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  if (argv.length === 0) return run(bunHost());
  // Loaded when asked for: a pod event needs none of it.
  const { installCommand } = await import("./install/install-command.js");
  return installCommand(argv, process.execPath, (text) => process.stderr.write(text));
}
