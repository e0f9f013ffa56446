import { Command, CommanderError } from "commander";
import { down } from "./cli/down.js";
import { type CliOptions, OPTIONS } from "./cli/options.js";
import { up } from "./cli/up.js";
import { LabError } from "./lab-error.js";

const program = new Command("npm run demo --")
  .description("A whole Ratchet cluster on this machine: nodes and pods as network namespaces.")
  .enablePositionalOptions()
  .allowExcessArguments(false)
  .showHelpAfterError("(--help shows what can be said)")
  .exitOverride();
for (const option of OPTIONS) program.addOption(option);
program.action(async (options: CliOptions) => {
  process.exitCode = await up(options);
});

program
  .command("down")
  .description("remove what earlier labs have left; with --name, end that lab")
  .option("--name <name>", "the lab")
  .exitOverride()
  .action(async ({ name }: { name?: string }) => {
    process.exitCode = await down(name);
  });

// Whoever read our lines may go (`| head`); the lab and its clean-up go on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof LabError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  }
}
// Timers and sockets of a lab that is over must not keep the terminal.
process.exit();
