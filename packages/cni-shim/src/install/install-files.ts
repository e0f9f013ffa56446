import { isObject, readConfig } from "../config/node-config.js";
import { CniError } from "../error.js";
import { lazyFs, lazyPath } from "../host/lazy-modules.js";

export interface InstallPlaces {
  /** Where the runtime looks for plugins. */
  readonly binDir: string;
  /** Where it looks for configurations. */
  readonly confDir: string;
  /** File in confDir; ends in .conf or .conflist. */
  readonly confName: string;
  /** File with which the plugin reaches the Kubernetes API, when it is ours to write. */
  readonly kubeconfig?: string;
}

// Runtimes read files ending in .conf, .conflist and .json alone.
const BACKUP_SUFFIX = ".before-ratchet";

/**
 * Puts the executable and then the configuration in place, each by rename.
 *
 * The configuration comes last, since the runtime calls the plugin as soon as it reads it; and a rename,
 * since the executable there may be running (ETXTBSY). A file of another owner under `confName` is kept aside.
 * Throws, with nothing changed, when the configuration is not one of ours.
 */
export function install(executable: string, configText: string, places: InstallPlaces, kubeconfig?: string): void {
  const problem = configProblem(configText, places.confName);
  if (problem !== undefined) throw new Error(problem);

  replace(
    lazyPath().join(places.binDir, "ratchet"),
    (temporary) => lazyFs().copyFileSync(executable, temporary),
    0o755,
  );
  if (places.kubeconfig !== undefined && kubeconfig !== undefined) {
    replace(places.kubeconfig, (temporary) => lazyFs().writeFileSync(temporary, kubeconfig), 0o600);
  }
  const conf = lazyPath().join(places.confDir, places.confName);
  const before = lazyFs().existsSync(conf) ? lazyFs().readFileSync(conf, "utf8") : undefined;
  if (before !== undefined && !isOurs(before)) {
    replace(`${conf}${BACKUP_SUFFIX}`, (temporary) => lazyFs().writeFileSync(temporary, before), 0o600);
  }
  // It may hold what others of the node must not read; runtimes run as root.
  replace(conf, (temporary) => lazyFs().writeFileSync(temporary, configText), 0o600);
}

/** Takes back what install did, the configuration first. Succeeds for what is gone; leaves what others wrote. */
export function uninstall(places: InstallPlaces): void {
  const conf = lazyPath().join(places.confDir, places.confName);
  const isThere = lazyFs().existsSync(conf);
  if (isThere && !isOurs(lazyFs().readFileSync(conf, "utf8"))) {
    throw new Error(`${conf} is not a configuration of ratchet: remove it from there yourself, then uninstall again`);
  }
  const backup = `${conf}${BACKUP_SUFFIX}`;
  if (lazyFs().existsSync(backup)) lazyFs().renameSync(backup, conf);
  else lazyFs().rmSync(conf, { force: true });
  lazyFs().rmSync(lazyPath().join(places.binDir, "ratchet"), { force: true });
  if (places.kubeconfig !== undefined) lazyFs().rmSync(places.kubeconfig, { force: true });
}

/** What is wrong with a configuration for this file name, `.conf` for one plugin and `.conflist` for several. */
export function configProblem(text: string, confName: string): string | undefined {
  if (!/^[^/]+\.(conf|conflist)$/.test(confName))
    return `${confName}: must be a file name ending in .conf or .conflist`;
  const config = parse(text);
  if (!isObject(config)) return "the configuration is not a JSON object";
  const isList = Array.isArray(config.plugins);
  if (isList !== confName.endsWith(".conflist")) {
    return isList ? `${confName}: a list of plugins belongs into a .conflist` : `${confName}: has no list of plugins`;
  }
  const ours = ownParts(config);
  if (ours.length === 0) return "the configuration has no plugin of type ratchet";
  for (const part of ours) {
    try {
      // In a list, name and version stand outside and the runtime puts them in.
      readConfig(isList ? { name: config.name, cniVersion: config.cniVersion, ...part } : part);
    } catch (error) {
      if (error instanceof CniError) return `${error.message}: ${error.details}`;
      throw error;
    }
  }
  return undefined;
}

function isOurs(text: string): boolean {
  const config = parse(text);
  return isObject(config) && ownParts(config).length > 0;
}

function ownParts(config: Record<string, unknown>): Record<string, unknown>[] {
  const parts = Array.isArray(config.plugins) ? config.plugins : [config];
  return parts.filter(isObject).filter((part) => part.type === "ratchet");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function replace(path: string, write: (temporary: string) => void, mode: number): void {
  // In the same folder: a rename does not cross file systems.
  const temporary = `${path}.${process.pid}.tmp`;
  lazyFs().mkdirSync(lazyPath().dirname(path), { recursive: true });
  try {
    lazyFs().writeFileSync(temporary, "", { mode });
    write(temporary);
    const file = lazyFs().openSync(temporary, "r+");
    try {
      lazyFs().fsyncSync(file);
    } finally {
      lazyFs().closeSync(file);
    }
    // copyFile takes the source's mode along.
    lazyFs().chmodSync(temporary, mode);
    lazyFs().renameSync(temporary, path);
  } catch (error) {
    lazyFs().rmSync(temporary, { force: true });
    throw error;
  }
}
