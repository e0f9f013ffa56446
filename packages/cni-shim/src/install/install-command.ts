import { lazyFs, lazyPath } from "../host/lazy-modules.js";
import { type InstallPlaces, install, uninstall } from "./install-files.js";
import { kubeconfigText } from "./kubeconfig-text.js";

const USAGE = `ratchet: a CNI plugin. The runtime runs it with CNI_COMMAND in the environment.

  ratchet install --conf FILE [--bin-dir DIR] [--conf-dir DIR] [--conf-name NAME] [--kubeconfig FILE --service-account DIR]
  ratchet uninstall           [--bin-dir DIR] [--conf-dir DIR] [--conf-name NAME]

  --conf       the node's network configuration, JSON with "type": "ratchet"
  --bin-dir    /opt/cni/bin
  --conf-dir   /etc/cni/net.d
  --conf-name  10-ratchet.conf; name it .conflist when it lists several plugins
  --kubeconfig       in a pod: also write this file, for the configuration's key kubeconfig (uninstall removes it)
  --service-account  whose token and ca.crt are in this folder
`;

const FLAGS = ["--conf", "--bin-dir", "--conf-dir", "--conf-name", "--kubeconfig", "--service-account"] as const;
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
  const [kubeconfig, account] = [flags.get("--kubeconfig"), flags.get("--service-account")];
  if (
    (verb === "install" && (kubeconfig === undefined) !== (account === undefined)) ||
    (verb !== "install" && account)
  ) {
    say(`--kubeconfig and --service-account go together, and the latter is for install alone\n${USAGE}`);
    return 2;
  }
  const places: InstallPlaces = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    binDir: flags.get("--bin-dir") ?? "/opt/cni/bin",
    confDir: flags.get("--conf-dir") ?? "/etc/cni/net.d",
    confName: flags.get("--conf-name") ?? "10-ratchet.conf",
  };
  try {
    if (conf === undefined) uninstall(places);
    else
      install(
        executable,
        lazyFs().readFileSync(conf, "utf8"),
        places,
        account === undefined ? undefined : kubeconfigOf(account),
      );
    return 0;
  } catch (error) {
    say(`ratchet ${verb}: ${(error as Error).message}\n`);
    return 1;
  }
}

function kubeconfigOf(folder: string): string {
  const read = (name: string) => lazyFs().readFileSync(lazyPath().join(folder, name), "utf8");
  return kubeconfigText({ token: read("token"), ca: read("ca.crt") }, process.env);
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
