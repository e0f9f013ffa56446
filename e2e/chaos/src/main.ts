import { parseArgs } from "node:util";
import { type ChaosOptions, describeFailure, replayCommand, runChaos } from "./run/chaos.js";

const USAGE = `usage: pnpm test:chaos -- [--rounds N] [--seed S] [--nodes N] [--store KIND] [--replicas N] [--database] [--small-disks] [--selectors]
                               [--within SECONDS]

Breaks a lab at random, round after round, and compares kernels, status, store and history with what the
accepted requests ask for. The same seed plays the same schedule.

  --rounds N        rounds to play; default 25
  --seed S          any text; default another one each time
  --nodes N         lab nodes; default 2
  --store KIND      embedded (default), or etcd: three members, which are killed and stopped as well
  --replicas N      API processes; default 1, several need --store etcd
  --database        PostgreSQL keeps the history, and is killed and stopped as well
  --small-disks     the state of API and agents is on small disks, which are filled up for a while
  --selectors       links choose pods by their labels as well
  --within SECONDS  bound on a round's convergence; default 30
  --help            this text
`;

async function main(argv: string[]): Promise<number> {
  const number = (text: string, name: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1)
      throw new TypeError(`--${name} must be a positive integer, not "${text}"`);
    return value;
  };
  let options: ChaosOptions;
  try {
    const { values } = parseArgs({
      args: argv.filter((argument) => argument !== "--"),
      options: {
        rounds: { type: "string", default: "25" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        nodes: { type: "string", default: "2" },
        store: { type: "string", default: "embedded" },
        replicas: { type: "string", default: "1" },
        database: { type: "boolean", default: false },
        selectors: { type: "boolean", default: false },
        "small-disks": { type: "boolean", default: false },
        within: { type: "string", default: "30" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const { rounds, seed, nodes, store, replicas, database, selectors, "small-disks": smallDisks, within } = values;
    if (store !== "embedded" && store !== "etcd")
      throw new TypeError(`--store must be embedded or etcd, not "${store}"`);
    if (store === "etcd" && smallDisks) throw new TypeError("--small-disks needs --store embedded");
    if (store === "embedded" && replicas !== "1") throw new TypeError("--replicas needs --store etcd");
    options = {
      rounds: number(rounds, "rounds"),
      seed,
      nodes: number(nodes, "nodes"),
      store,
      replicas: number(replicas, "replicas"),
      smallDisks,
      hasDatabase: database,
      hasSelectors: selectors,
      convergeWithinMs: number(within, "within") * 1000,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`chaos: ${replayCommand(options)}`);
  const startedAt = performance.now();
  const result = await runChaos({ ...options, signal: stop.signal, say }).catch((error: unknown) => {
    if (stop.signal.aborted) return undefined;
    throw error;
  });
  if (result === undefined) return 130;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  if (result.differences.length > 0) {
    say(describeFailure(options, result));
    return 1;
  }
  say(
    `${result.rounds} rounds without a difference in ${seconds} s: ${result.accepted} writes accepted, ${result.refused} refused, slowest convergence ${result.slowestMs} ms`,
  );
  return stop.signal.aborted ? 130 : 0;
}

process.exitCode = await main(process.argv.slice(2));
