import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { root as checkout } from "../setup/paths.mjs";
import { HOME, nodeBase, traced, USER } from "./parts.mjs";
import { Root } from "./root.mjs";
import { STORE_RECIPES } from "./store-recipes.mjs";

const NODE = ["/usr/bin/node"];
const PORTS = { "8443/tcp": {} };

/**
 * What is in each image, and how it starts. `layers` are made from first to last; `base` is the same in all of ours.
 *
 * @type {Record<string, { title: string, layers: () => Promise<Root>[], config: object }>}
 */
export const RECIPES = {
  ...STORE_RECIPES,
  api: {
    title: "Ratchet's control plane and its page",
    layers: () => [nodeBase(), apiLayer()],
    config: {
      User: `${USER}:${USER}`,
      WorkingDir: "/",
      Entrypoint: [...NODE, join(HOME, "apps/api/dist/main.js")],
      Env: ["NODE_ENV=production", "RATCHET_DATA=/var/lib/ratchet"],
      ExposedPorts: PORTS,
      Volumes: { "/var/lib/ratchet": {} },
      StopSignal: "SIGTERM",
    },
  },
  agent: {
    title: "Ratchet's agent of one node, and the CNI plugin it installs",
    layers: () => [nodeBase(), agentLayer(), shimLayer()],
    config: {
      User: "0:0",
      WorkingDir: "/",
      Entrypoint: [...NODE, join(HOME, "packages/netcore/dist/agent/main.js")],
      Env: ["NODE_ENV=production", "RATCHET_DATA=/var/lib/ratchet", `PATH=${HOME}/bin:/usr/bin`],
      StopSignal: "SIGTERM",
    },
  },
  ratchetctl: {
    title: "Ratchet's command line",
    layers: () => [nodeBase(), ctlLayer()],
    config: {
      User: `${USER}:${USER}`,
      WorkingDir: "/",
      Entrypoint: [...NODE, join(HOME, "packages/ratchetctl/dist/main.js")],
      Env: ["NODE_ENV=production"],
    },
  },
};

async function apiLayer() {
  const root = new Root().folder("/var/lib/ratchet", { mode: 0o700, uid: USER });
  // Nest loads it by a name that is made at run time.
  const nestsWs = join(
    relative(checkout, realpathSync(join(checkout, "apps/api/node_modules/@nestjs/platform-ws"))),
    "../../ws",
  );
  return traced(
    root,
    ["apps/api/dist/main.js", join(nestsWs, "index.js"), join(nestsWs, "wrapper.mjs")],
    ["apps/api/package.json", "apps/web/dist", "prisma/migrations", "apps/api/node_modules/swagger-ui-dist"],
  );
}

function agentLayer() {
  return traced(
    new Root().folder("/var/lib/ratchet"),
    ["packages/netcore/dist/agent/main.js"],
    ["packages/netcore/package.json"],
  );
}

async function shimLayer() {
  const root = new Root();
  await root.program(join(checkout, "packages/cni-shim/dist/ratchet"), join(HOME, "bin/ratchet"));
  return root;
}

function ctlLayer() {
  return traced(new Root(), ["packages/ratchetctl/dist/main.js"], ["packages/ratchetctl/package.json"]);
}
