import { userInfo } from "node:os";
import { FAULT_MAX_SECONDS, SEED_MAX } from "@ratchet/contracts";
import { Command, Option } from "commander";
import { ApiClient } from "./api/client.js";
import { withCredentials } from "./api/credentials.js";
import { DEFAULT_SERVER, parseServers } from "./api/server-address.js";
import type { Context, Streams } from "./context.js";
import { UsageError } from "./ctl-error.js";
import { addInit } from "./init-command.js";
import { paintFor } from "./output/paint.js";
import { apply } from "./verbs/apply.js";
import { backup, isBackupFile, restoreBackup } from "./verbs/backup.js";
import { cancel } from "./verbs/cancel.js";
import { remove } from "./verbs/delete.js";
import { describe } from "./verbs/describe.js";
import { doctor } from "./verbs/doctor.js";
import { exec } from "./verbs/exec.js";
import { fault } from "./verbs/fault.js";
import { get } from "./verbs/get.js";
import { heal } from "./verbs/heal.js";
import { history } from "./verbs/history.js";
import { impair } from "./verbs/impair.js";
import { IMPAIRMENT_WORDS } from "./verbs/impair-words.js";
import { setState } from "./verbs/link-state.js";
import { ping } from "./verbs/ping.js";
import { runPods } from "./verbs/pod-run.js";
import { pools } from "./verbs/pools.js";
import { reroute } from "./verbs/reroute.js";
import { runScenario } from "./verbs/run-scenario.js";
import { trace } from "./verbs/trace.js";
import { undo } from "./verbs/undo.js";
import { watch } from "./verbs/watch.js";
import { wholeNumber } from "./whole-number.js";

interface GlobalOptions {
  server?: string[];
  ca?: string;
  tokenFile?: string;
  namespace: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  ratchetctl get links
  ratchetctl apply -f examples/cloud-router/topology.yaml
  ratchetctl cut quagga-a-quagga-b
  ratchetctl reroute quagga-b-centosb --end 1 --to centosa/out2 --address 192.168.4.102/24
  ratchetctl exec centosa -- ping -c 3 4.4.4.4
  ratchetctl fault quagga-a-quagga-b --seconds 30
  ratchetctl heal
  ratchetctl impair quagga-a-quagga-b --from quagga-a delay 50ms loss 1%
  ratchetctl run examples/scenarios/ospf-failover.yaml --report report.html
  ratchetctl undo
  ratchetctl doctor --fix

Exit codes: 0 done, 1 refused or failed, 2 wrong usage; exec: the command's own; ping, trace: 1 when nothing answered; doctor: 1 when
something is wrong; run: 1 when it did not pass.
`;

/**
 * The command line.
 *
 * `afterDashes` is what stood behind `--`, a command's own words, which are not looked at. `exit` is told
 * the code of a verb that has one of its own.
 */
export function buildProgram(
  streams: Streams,
  env: NodeJS.ProcessEnv,
  version: string,
  afterDashes: readonly string[],
  exit: (code: number) => void,
): Command {
  const program = new Command("ratchetctl")
    .description("Declare, cut and re-route the wires between running pods.")
    .version(version)
    .option(
      "--server <url>",
      `https://HOST:PORT, http://HOST:PORT or unix:PATH; again, or with commas: the next when one fails (default: $RATCHET_SERVER or ${DEFAULT_SERVER})`,
      (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value],
    )
    .option("--ca <file>", "PEM of the authority that signed the API's certificate (default: $RATCHET_CA)")
    .option("--token-file <file>", "the token to show, in its first line (default: $RATCHET_TOKEN_FILE)")
    .option("-n, --namespace <namespace>", "namespace of the objects", "default")
    .option("--json", "print what the API answers")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(--help shows what can be said)")
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .exitOverride();

  const servers = ({ server, ca, tokenFile }: GlobalOptions) =>
    parseServers(server ?? [env.RATCHET_SERVER || DEFAULT_SERVER]).map((address) =>
      withCredentials(address, {
        caFile: ca ?? (env.RATCHET_CA || undefined),
        tokenFile: tokenFile ?? (env.RATCHET_TOKEN_FILE || undefined),
      }),
    );
  const context = (): Context => {
    const options = program.opts<GlobalOptions>();
    const actor = `${userInfo().username}@ratchetctl`;
    return {
      api: new ApiClient(servers(options), actor),
      namespace: options.namespace,
      isJson: options.json ?? false,
      streams,
      paint: paintFor(streams.isOutTty, env),
      actor,
    };
  };

  program
    .command("get <kind> [name]")
    .description("show nodes, pods, links, faults, scenarios or runs")
    .option("-l, --selector <labels>", "only those with these labels: key=value,...")
    .action((kind, name, options) => get(context(), kind, name, options));
  program
    .command("describe <kind> [name]")
    .description("all there is to know of a link or a pod: where it comes from, where it is, and why it is as it is")
    .action((kind, name) => describe(context(), kind, name));
  withWait(program.command("apply"))
    .description("make what the files say, whole or not at all")
    .option("-f, --file <file>", "YAML or JSON, may be given again; - is stdin", collect, [])
    .option("--dry-run", "only say what would change")
    .option("--prune <set>", "delete objects of this set that the files do not have")
    .action((options) => apply(context(), options));
  program
    .command("delete <kind> [names...]")
    .description("delete pods, links, faults, scenarios or runs")
    .action((kind, names) => remove(context(), kind, names));
  withWait(program.command("cut <links...>"))
    .description("cut wires: both pods lose the carrier and keep everything else")
    .action((names, options) => setState(context(), names, "down", options));
  withWait(program.command("restore <links...>"))
    .usage("[options] <links...>  or  restore <file>")
    .description(
      "mend wires that were cut; or, given a file (its name has a dot or a slash, or is -), bring a backup back",
    )
    .action((names: string[], options) => {
      const file = names.find(isBackupFile);
      if (file === undefined) return setState(context(), names, "up", options);
      if (names.length > 1) throw new UsageError("restore takes links, or one file");
      return restoreBackup(context(), file);
    });
  withWait(program.command("impair <link> [words...]"))
    .description("change what frames suffer in one direction; without words, say what they do")
    .option("--from <pod>", "the pod that sends them, or POD:INTERFACE, or *:INTERFACE where labels choose the pod")
    .option("--clear", "nothing any more, in this direction or without --from in both")
    .addHelpText("after", `\nWords: ${IMPAIRMENT_WORDS}.`)
    .action((link, words, options) => impair(context(), link, words, options));
  program
    .command("backup [file]")
    .description("write all resources, allocations and layouts into a file (default: stdout)")
    .action((file) => backup(context(), file));
  program
    .command("fault <link>")
    .description("lose a wire's carrier for a while; the agents end it by themselves")
    .requiredOption("--seconds <seconds>", "how long", wholeNumber(1, FAULT_MAX_SECONDS))
    .option("--name <name>", "of the fault (default: fault-LINK-TIME)")
    .option("--flap <seconds>", "down and up in turns, with this period", wholeNumber(1, 86_400))
    .option("--reason <text>", "for the people who read the history")
    .action((link, options) => fault(context(), link, options));
  program
    .command("heal [faults...]")
    .description("end faults now: the named ones, or all of the namespace")
    .option("-A, --all-namespaces", "all of every namespace")
    .action((names, options) => heal(context(), names, options));
  withWait(program.command("reroute <link>"))
    .description("move one end of a wire to another pod or interface")
    .addOption(new Option("--end <end>", "which end moves").choices(["0", "1"]).makeOptionMandatory())
    .requiredOption(
      "--to <pod/interface>",
      "where it goes; label=value,.../interface: the newest ready pod that matches",
    )
    .option("--address <address/length...>", "addresses of the new end (default: the old end's)")
    .option("--no-routes", "leave the old end's routes behind")
    .action((name, options) => reroute(context(), name, options));
  withWait(program.command("kill <pods...>"))
    .description("take a managed pod's namespace and programs away")
    .action((names, options) => runPods(context(), names, "kill", options));
  withWait(program.command("restart <pods...>"))
    .description("start a managed pod anew")
    .action((names, options) => runPods(context(), names, "restart", options));
  program
    .command("watch")
    .description("follow what happens until Ctrl+C")
    .option("-A, --all-namespaces", "in every namespace")
    .action((options) => watch(context(), options));
  program
    .command("history")
    .description("who changed what and when, newest first")
    .option("--limit <count>", "how many", wholeNumber(1, 1000), 20)
    .option("-A, --all-namespaces", "in every namespace")
    .action((options) => history(context(), options));
  withWait(program.command("undo [id]"))
    .description("revert a change: the named one, or the newest (one's own first)")
    .action((id, options) => undo(context(), id, options));
  program
    .command("ping <pod> <to>")
    .description("send ICMP echo requests from inside a pod to an address or another pod")
    .option("-c, --count <count>", "how many", wholeNumber(1, 1000), 3)
    .option("-i, --interval <ms>", "between two", wholeNumber(10, 60_000), 200)
    .option("-W, --wait <ms>", "how long each waits for its answer", wholeNumber(1, 60_000), 1000)
    .action(async (pod, to, options) => exit(await ping(context(), pod, to, options)));
  program
    .command("trace <pod> <to>")
    .description("find the routers between a pod and an address or another pod")
    .option("-m, --max-hops <hops>", "how far", wholeNumber(1, 64), 16)
    .option("-W, --wait <ms>", "how long the whole trace waits", wholeNumber(1, 20_000), 1000)
    .action(async (pod, to, options) => exit(await trace(context(), pod, to, options)));
  program
    .command("pools")
    .description("show or set what automatic addresses of the namespace come from")
    .option("--ipv4 <prefixes>", "as 10.7.0.0/24, several with commas between")
    .option("--ipv6 <prefixes>", "as fd00:7::/64")
    .option("--inherit", "take the installation's again")
    .action((options) => pools(context(), options));
  program
    .command("doctor")
    .description("compare store, allocations and kernels, and say what is wrong")
    .option("--fix", "mend what can be mended")
    .action(async (options) => exit(await doctor(context(), options)));
  program
    .command("run <file>")
    .description("run a scenario and wait for its end; Ctrl+C cancels it, and everything is healed")
    .option("--seed <number>", "instead of the scenario's", wholeNumber(0, SEED_MAX))
    .option("--name <name>", "of the run (default: SCENARIO-TIME)")
    .option("--junit <file>", "write the outcome as JUnit XML")
    .option("--report <file>", "write a self-contained HTML report")
    .option("--compare <run>", "show it beside an earlier run")
    .action(async (file, options) => exit(await runScenario(context(), file, options)));
  program
    .command("cancel <runs...>")
    .description("end runs of scenarios: they are torn down, and what they changed is put back")
    .action((names) => cancel(context(), names));
  program
    .command("exec <pod> [command...]")
    .usage("[options] <pod> -- <command...>")
    .description("run a command in a pod's network (lab; on the pod's host, as root)")
    .action(async (pod, words) => {
      const argv = [...words, ...afterDashes];
      if (argv.length === 0) throw new UsageError("exec needs a command: exec POD -- COMMAND");
      exit(await exec(context(), pod, argv));
    });
  addInit(program, streams);
  program
    .argument("[words...]")
    .usage("[options] <command>")
    .action(([word]: string[]) => {
      if (word !== undefined) throw new UsageError(`unknown command ${word}: ratchetctl --help lists them`);
      throw new UsageError(program.helpInformation().trimEnd());
    });
  return program;
}

function withWait(command: Command): Command {
  return command
    .option("--no-wait", "do not wait until the kernel has it")
    .option("--timeout <seconds>", "how long to wait", wholeNumber(1, 86_400), 60);
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
