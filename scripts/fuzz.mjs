import { join } from "node:path";
import { parseArgs } from "node:util";
import { runThrough } from "./setup/child.mjs";
import { root } from "./setup/paths.mjs";
import { toolEnvironment } from "./setup/workspace.mjs";

const SURFACES = [
  ...["rest", "yaml", "scenarios", "stream", "agent", "peer", "store-values"],
  ...["state-files", "netlink", "cni"],
];

const USAGE = `usage: npm run test:fuzz -- [--runs N] [--seed S] [--surface NAME]

Sends hostile input to every boundary: nothing may crash, answer with a 5xx, reach a prototype or grow without bound.
The same seed sends the same inputs; a failure prints how to meet it again.

  --runs N          inputs per surface; default 10000 (npm test sends 400)
  --seed S          any text; default another one each time
  --surface NAME    only this one: ${SURFACES.join(", ")}
  --help            this text
`;

/** Runs the fuzz suites; answers the exit code. */
export function runFuzz(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args: args.filter((argument) => argument !== "--"),
      options: {
        runs: { type: "string", default: "10000" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        surface: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!/^[1-9]\d{0,8}$/.test(values.runs)) {
    process.stderr.write(`--runs must be a positive whole number, not "${values.runs}"\n\n${USAGE}`);
    return 2;
  }
  if (values.surface !== undefined && !SURFACES.includes(values.surface)) {
    process.stderr.write(`--surface must be one of ${SURFACES.join(", ")}, not "${values.surface}"\n\n${USAGE}`);
    return 2;
  }
  process.stdout.write(`fuzz: npm run test:fuzz -- --seed ${values.seed} --runs ${values.runs}\n`);
  const only = values.surface === undefined ? [] : ["-t", `^${values.surface}:`];
  return runThrough(join(root, "node_modules", ".bin", "vitest"), ["run", "--project", "fuzz", ...only], {
    cwd: root,
    env: { ...toolEnvironment(), RATCHET_FUZZ_RUNS: values.runs, RATCHET_FUZZ_SEED: values.seed },
  });
}
