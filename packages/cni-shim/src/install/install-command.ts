import { readFileSync } from "node:fs";
import { type InstallPlaces, install, uninstall } from "./install-files.js";

const USAGE = `ratchet: a CNI plugin. The runtime runs it with CNI_COMMAND in the environment.

  ratchet install --conf FILE [--bin-dir DIR] [--conf-dir DIR] [--conf-name NAME]
  ratchet uninstall           [--bin-dir DIR] [--conf-dir DIR] [--conf-name NAME]

  --conf       the node's network configuration, JSON with "type": "ratchet"
  --bin-dir    /opt/cni/bin
  --conf-dir   /etc/cni/net.d
  --conf-name  10-ratchet.conf; name it .conflist when it lists several plugins
`;

const FLAGS = ["--conf", "--bin-dir", "--conf-dir", "--conf-name"] as const;
type Flag = (typeof FLAGS)[number];

/** The verbs for a person or an init container; returns the exit status: 0 done, 1 failed, 2 wrong usage. */
export function installCommand(argv: readonly string[], executable: string, say: (text: string) => void): number {
  const [verb, ...rest] = argv;
  const flags = readFlags(rest);
  if (flags === undefined || (verb !== "install" && verb !== "uninstall")) {
    say(USAGE);
    return 2;
  }
  const conf = flags.get("--conf");
  if ((verb === "install") !== (conf !== undefined)) {
    say(`${verb === "install" ? "--conf is needed" : "--conf is for install alone"}\n${USAGE}`);
    return 2;
  }
  const places: InstallPlaces = {
    binDir: flags.get("--bin-dir") ?? "/opt/cni/bin",
    confDir: flags.get("--conf-dir") ?? "/etc/cni/net.d",
    confName: flags.get("--conf-name") ?? "10-ratchet.conf",
  };
  try {
    if (conf === undefined) uninstall(places);
    else install(executable, readFileSync(conf, "utf8"), places);
    return 0;
  } catch (error) {
    say(`ratchet ${verb}: ${(error as Error).message}\n`);
    return 1;
  }
}

function readFlags(argv: readonly string[]): Map<Flag, string> | undefined {
  const flags = new Map<Flag, string>();
  for (let at = 0; at < argv.length; at += 2) {
    const flag = argv[at] as Flag;
    const value = argv[at + 1];
    if (!FLAGS.includes(flag) || value === undefined || flags.has(flag)) return undefined;
    flags.set(flag, value);
  }
  return flags;
}
