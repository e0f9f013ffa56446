#!/usr/bin/env node
import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { isSameNetns, netnsIdentity } from "../../ffi/netns.js";
import { ControlServer } from "./control-server.js";
import { RelayLines } from "./relay-lines.js";

/** Without lines nobody needs it any more; an agent that does later starts another. */
const IDLE_MS = 15_000;
/** The descriptors would keep a panel alive that has been taken down: looked at this often, twice in a row. */
const LOOK_MS = 5_000;

const { values } = parseArgs({ options: { panel: { type: "string" }, socket: { type: "string" } } });
const { panel, socket } = values;
if (panel === undefined || socket === undefined) {
  process.stderr.write("--panel PATH and --socket PATH are needed: an agent starts its relay itself\n");
  process.exit(2);
}

// The thread that carries frames inherits it where it is not allowed more: so before there is one.
try {
  setPriority(-20);
} catch {
  // Not allowed: later than asked on a busy machine.
}
const own = netnsIdentity(panel);
const lines = new RelayLines(
  panel,
  {
    changed: (holdings) => server.tell({ type: "holds", holdings }),
    dropped: (taps) => server.tell({ type: "dropped", taps }),
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
const end = () => {
  rmSync(socket, { force: true });
  void lines.stop().finally(() => process.exit(0));
};
const server = new ControlServer(lines, end);
await server.listen(socket);
process.once("SIGTERM", end);
// A Ctrl+C in the terminal that the agent was started from is not the relay's.
process.on("SIGINT", () => {});

let misses = 0;
let idleMs = 0;
setInterval(() => {
  misses = isSameNetns(netnsIdentity(panel), own) ? 0 : misses + 1;
  idleMs = lines.size === 0 ? idleMs + LOOK_MS : 0;
  if (misses > 1 || idleMs >= IDLE_MS) end();
}, LOOK_MS);
