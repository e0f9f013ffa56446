import type { Command } from "commander";
import type { Streams } from "./context.js";
import { DEFAULT_FOLDER, init, initCompose, initNodes, initSecrets, initServer, initToken } from "./verbs/init.js";
import { wholeNumber } from "./whole-number.js";

const DAYS = 825;

/** Adds `init` and what is under it: none of it asks an API. */
export function addInit(program: Command, streams: Streams): void {
  const verb = program
    .command("init")
    .description("make an authority, a certificate and tokens for an API that others may reach")
    .option("--node <name>", "also the join token of this node; may be given again", collect, [])
    .action((options) => init(streams, options, options.node));
  withHosts(withFolder(verb));
  withFolder(verb.command("node <names...>"))
    .description("make a node's join token, or another one instead")
    .option("--revoke", "take it back")
    .action((names, options, command) => initNodes(streams, names, folderOf(command), options.revoke === true));
  withHosts(withFolder(verb.command("server")))
    .description("make a new certificate of the same authority")
    .action((_, command) => initServer(streams, { ...command.optsWithGlobals(), dir: folderOf(command) }));
  withHosts(withFolder(verb.command("compose")))
    .description("make what docker-compose.yml needs; makes the folder too")
    .option("--name <node>", "of this host as a node (default: its name)")
    .option("--vtep <address>", "this host's address for tunnels (default: its first that others can reach)")
    .action((options, command) =>
      initCompose(streams, { ...options, ...command.optsWithGlobals(), dir: folderOf(command) }),
    );
  withFolder(verb.command("secrets"))
    .description("print what a Kubernetes cluster needs of them, for kubectl apply -f - (-n: ratchet-system)")
    .action((_, command) => {
      const isNamed = program.getOptionValueSource("namespace") === "cli";
      return initSecrets(streams, folderOf(command), isNamed ? program.opts().namespace : "ratchet-system");
    });
  for (const role of ["operator", "replica", "metrics"] as const) {
    withFolder(verb.command(role))
      .description(`replace the token of role ${role}`)
      .action((_, command) => initToken(streams, role, folderOf(command)));
  }
}

function withFolder(command: Command): Command {
  return command.option("--dir <folder>", "where they are kept", DEFAULT_FOLDER);
}

function withHosts(command: Command): Command {
  return command
    .option(
      "--host <name>",
      "name or address the API is reached by; again for more (default: this host's name)",
      collect,
      [],
    )
    .option("--days <days>", "how long the certificate is good", wholeNumber(1, 3650), DAYS);
}

// `init --dir D node N` and `init node N --dir D` mean the same.
function folderOf(command: Command): string {
  const isGiven = command.getOptionValueSource("dir") === "cli";
  return (isGiven ? command : (command.parent ?? command)).opts<{ dir: string }>().dir;
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
