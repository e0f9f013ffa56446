import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const KUBERNETES = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl"] as const;
const SYSTEM = ["etcd", "containerd", "ctr", "runc", "openssl", "busybox", "nsenter", "setpriv", "ip"] as const;
const SYSTEM_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const CNI_PLUGINS = "/usr/lib/cni";

export const DEBIAN_PACKAGES =
  "etcd-server containerd runc containernetworking-plugins busybox-static openssl util-linux iproute2";

/** Where each program lies. */
export type Programs = Record<(typeof KUBERNETES)[number] | (typeof SYSTEM)[number], string> & {
  /** Folder of the reference CNI plugins. */
  cniPlugins: string;
};

/** Says what is missing and how to get it. */
export class KubeProgramsMissing extends Error {
  override name = "KubeProgramsMissing";
}

/**
 * Finds what a cluster is made of: Kubernetes' programs in `RATCHET_KUBE_BIN`, or else the newest version kept in
 * `$XDG_CACHE_HOME/ratchet-kube`; the rest on the PATH.
 *
 * @throws KubeProgramsMissing
 */
export function findKubePrograms(env: NodeJS.ProcessEnv = process.env): Programs {
  const found: Record<string, string> = { cniPlugins: CNI_PLUGINS, ...findKubernetes(env) };
  const missing: string[] = [];
  const folders = [...(env.PATH ?? "").split(delimiter).filter((item) => item !== ""), ...SYSTEM_PATH];
  for (const name of SYSTEM) {
    const path = folders.map((item) => join(item, name)).find(existsSync);
    if (path === undefined) missing.push(name);
    else found[name] = path;
  }
  if (!existsSync(join(CNI_PLUGINS, "ptp"))) missing.push(`${CNI_PLUGINS}/ptp`);
  if (missing.length > 0) {
    throw new KubeProgramsMissing(
      `A real cluster needs ${missing.join(", ")}: apt-get install --no-install-recommends ${DEBIAN_PACKAGES}`,
    );
  }
  return found as Programs;
}

/** Kubernetes' own programs alone. @throws KubeProgramsMissing */
export function findKubernetes(env: NodeJS.ProcessEnv = process.env): Record<(typeof KUBERNETES)[number], string> {
  const folder = env.RATCHET_KUBE_BIN || newestCached(env);
  const missing = KUBERNETES.filter((name) => folder === undefined || !existsSync(join(folder, name)));
  if (folder === undefined || missing.length > 0) {
    const where = folder === undefined ? "" : ` in ${folder}`;
    throw new KubeProgramsMissing(
      `A real cluster needs ${missing.join(", ")}${where}. Set RATCHET_KUBE_BIN to a folder with Kubernetes' release binaries (https://dl.k8s.io/v1.36.3/bin/linux/amd64/NAME).`,
    );
  }
  return Object.fromEntries(KUBERNETES.map((name) => [name, join(folder, name)])) as Record<
    (typeof KUBERNETES)[number],
    string
  >;
}

function newestCached(env: NodeJS.ProcessEnv): string | undefined {
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ratchet-kube");
  if (!existsSync(cache)) return undefined;
  const versions = readdirSync(cache)
    .filter((version) => existsSync(join(cache, version, "kubectl")))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const newest = versions.at(-1);
  return newest === undefined ? undefined : join(cache, newest);
}
