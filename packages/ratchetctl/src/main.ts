import { run } from "./run.js";

/** Aborted at Ctrl+C, from the first one who asks for it on; until then Ctrl+C ends the process as usual. */
const interrupt = () => {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
};
// `ratchetctl get links | head`: the reader has enough, which is no failure.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await run(
  process.argv.slice(2),
  {
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isOutTty: process.stdout.isTTY === true,
    isErrTty: process.stderr.isTTY === true,
    interrupt,
  },
  process.env,
);
