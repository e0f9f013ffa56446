import { Random } from "../random.js";

/** Inputs per surface when nobody says: enough to meet each kind of mutation, and done in seconds. */
const DEFAULT_RUNS = 400;

export interface FuzzRuns {
  runs: number;
  seed: string;
  /** Numbers of one surface, the same for the same seed. */
  random(surface: string): Random;
  /** How one input is met again; goes into every failure. */
  replay(surface: string, run: number): string;
}

/** `RATCHET_FUZZ_RUNS` and `RATCHET_FUZZ_SEED`, as `npm run test:fuzz` sets them. @throws TypeError for a run count that is none */
export function fuzzRuns(env: Readonly<Record<string, string | undefined>> = process.env): FuzzRuns {
  const runs = Number(env.RATCHET_FUZZ_RUNS ?? DEFAULT_RUNS);
  if (!Number.isInteger(runs) || runs < 1) throw new TypeError("RATCHET_FUZZ_RUNS must be a positive whole number");
  const seed = env.RATCHET_FUZZ_SEED ?? "ci";
  return {
    runs,
    seed,
    random: (surface) => new Random(`${seed} ${surface}`),
    replay: (surface, run) =>
      `${surface}, input ${run}; replay: npm run test:fuzz -- --seed ${seed} --runs ${run + 1} --surface ${surface}`,
  };
}
