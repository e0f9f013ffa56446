import { bunHost } from "./host/bun-host.js";
import { run } from "./run.js";

// exit() at once: open sockets and timers must not keep the runtime waiting.
run(bunHost()).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`ratchet: ${String(error)}\n`);
    process.exit(1);
  },
);
