import { writeFile } from "node:fs/promises";
import { FINAL_RUN_PHASES, type Run, type RunComparison } from "@ratchet/contracts";
import { follow } from "../api/follow.js";
import { actionPath, listPath, objectPath } from "../api/paths.js";
import { type Context, json, line } from "../context.js";
import { CtlError } from "../ctl-error.js";
import { comparisonOf, RunProgress, summaryOf } from "../output/run-progress.js";
import { readManifests } from "./read-manifests.js";

export interface RunOptions {
  seed?: number;
  name?: string;
  junit?: string;
  report?: string;
  compare?: string;
}

/** Runs a scenario and tells how it goes. Ctrl+C cancels it and waits for its end. Answers the exit code. */
export async function runScenario(context: Context, file: string, options: RunOptions): Promise<0 | 1> {
  const { api, namespace, streams } = context;
  // What a program reads on stdout is not mixed with what people read.
  const say = (text: string) => (context.isJson ? streams.err(`${text}\n`) : line(context, text));
  const interrupt = streams.interrupt();
  const query = new URLSearchParams();
  if (options.seed !== undefined) query.set("seed", String(options.seed));
  if (options.name !== undefined) query.set("name", options.name);
  const text = await readManifests([file], streams.stdin);
  const begun = await api.postYaml<Run>(`${listPath("runs", namespace)}?${query}`, text);
  const { name } = begun.metadata;
  say(`run ${namespace}/${name}, seed ${begun.spec.seed}, at the longest ${begun.spec.source.deadlineSeconds} s`);

  const onInterrupt = () => {
    say("cancelling; Ctrl+C again leaves it to the control plane");
    api.post(actionPath("runs", namespace, name, "cancel")).catch((error: Error) => streams.err(`${error.message}\n`));
  };
  if (interrupt.aborted) onInterrupt();
  else interrupt.addEventListener("abort", onInterrupt, { once: true });

  const run = await untilOver(context, name, say);
  for (const text of summaryOf(run, context.paint)) say(text);
  if (options.compare !== undefined) {
    const path = `${actionPath("runs", namespace, name, "compare")}?with=${encodeURIComponent(options.compare)}`;
    for (const text of comparisonOf(await api.get<RunComparison>(path))) say(text);
  }
  if (context.isJson) json(context, run);
  for (const what of ["junit", "report"] as const) {
    const target = options[what];
    if (target !== undefined) await write(target, await api.getText(actionPath("runs", namespace, name, what)));
  }
  return run.status.phase === "Passed" ? 0 : 1;
}

/** Follows the stream, and reads the run after each connection: what was said in between is in it. */
async function untilOver(context: Context, name: string, say: (text: string) => void): Promise<Run> {
  const { api, namespace, paint, streams } = context;
  const progress = new RunProgress(paint);
  const ended = new AbortController();
  let last: Run | undefined;
  const take = (run: Run) => {
    if (run.metadata.name !== name || ended.signal.aborted) return;
    for (const text of progress.news(run)) say(text);
    last = run;
    if (FINAL_RUN_PHASES.includes(run.status.phase)) ended.abort();
  };
  const read = () => {
    api.get<Run>(objectPath("runs", namespace, name)).then(take, (error: Error) => streams.err(`${error.message}\n`));
  };
  let isConnected = false;
  await follow(api.servers, {
    namespace,
    signal: ended.signal,
    onLost: (why) => {
      isConnected = false;
      streams.err(`connection lost: ${why}; the run goes on, trying again\n`);
    },
    onFrame: (frame) => {
      if (!isConnected) read();
      isConnected = true;
      if (frame.type === "run") take(frame.run);
      if (frame.type === "run-deleted" && frame.name === name) ended.abort();
    },
  });
  if (last === undefined || !FINAL_RUN_PHASES.includes(last.status.phase)) {
    throw new CtlError(`run ${name} is not there any more`);
  }
  return last;
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CtlError(`cannot write ${path}: ${error.message}`);
  });
}
