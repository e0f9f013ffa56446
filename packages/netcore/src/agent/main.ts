#!/usr/bin/env node
import { netnsIdentity, OWN_NETNS } from "../ffi/netns.js";
import { Agent } from "./agent.js";
import { cleanUp } from "./cleanup.js";
import type { AgentConfig } from "./config.js";
import { parseFlags, USAGE } from "./flags.js";
import { loadLabImages } from "./lab-images.js";
import { createLog } from "./log.js";
import { PanelNetns } from "./panel-netns.js";
import { AGENT_VERSION } from "./version.js";

const invocation = parseFlags(process.argv.slice(2), process.env);
switch (invocation.verb) {
  case "help":
    process.stdout.write(USAGE);
    break;
  case "version":
    process.stdout.write(`${AGENT_VERSION}\n`);
    break;
  case "refuse":
    for (const problem of invocation.problems) process.stderr.write(`${problem}\n`);
    process.stderr.write("--help shows all flags\n");
    process.exitCode = 2;
    break;
  case "cleanup": {
    const removed = await cleanUp(invocation.config);
    process.stdout.write(`${JSON.stringify({ removed })}\n`);
    break;
  }
  case "panel":
    PanelNetns.open(invocation.config.panelName, netnsIdentity(OWN_NETNS)).close();
    break;
  case "run":
    await run(invocation.config);
    break;
}

async function run(config: AgentConfig): Promise<void> {
  const log = createLog(config.node);
  let agent: Agent;
  try {
    agent = new Agent(config, loadLabImages(config.labFile), log);
    await agent.start();
  } catch (error) {
    log("error", (error as Error).message);
    process.exit(1);
  }
  process.stdout.write(`${JSON.stringify({ ready: true, node: config.node, panel: agent.panelPath })}\n`);
  const stop = () => {
    void agent.stop().then(
      () => process.exit(0),
      (error: Error) => {
        log("error", error.message);
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}
