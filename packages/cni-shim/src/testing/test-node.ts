import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, CompiledShim } from "./compiled-shim.js";

/** Where Debian's containernetworking-plugins puts them. */
export const CNI_PLUGINS = "/usr/lib/cni";

/** A node in a network namespace of its own, with the executable, a socket and a state folder; and its pods. */
export class TestNode {
  readonly shim = new CompiledShim();
  readonly folder = mkdtempSync(join(tmpdir(), "ratchet-cni-"));
  readonly socket = join(this.folder, "cni.sock");
  readonly stateDir = join(this.folder, "state");
  readonly addressesDir = join(this.folder, "addresses");
  readonly #namespaces: string[] = [];
  readonly netns: string;

  constructor(label: string) {
    this.netns = this.addNamespace(`${label}-node`);
  }

  /** Its path. */
  addNamespace(name: string): string {
    const full = `rshim-${process.pid}-${name}`;
    execFileSync("ip", ["netns", "add", full]);
    this.#namespaces.push(full);
    return `/run/netns/${full}`;
  }

  removeNamespace(path: string): void {
    execFileSync("ip", ["netns", "delete", path.slice("/run/netns/".length)]);
    this.#namespaces.splice(this.#namespaces.indexOf(path.slice("/run/netns/".length)), 1);
  }

  /** The prototype's configuration, `delegate` = ptp with host-local, `boot_network` = loopback. */
  config(changes: object = {}): Record<string, unknown> {
    const ipam = { type: "host-local", subnet: "10.77.0.0/24", dataDir: this.addressesDir };
    return {
      cniVersion: "1.0.0",
      name: "ratchet-demo",
      type: "ratchet",
      etcd_host: "etcd-client.ratchet.svc.cluster.local",
      etcd_port: "2379",
      child_path: "/opt/cni/bin/ratchet-child",
      parent_interface: "eth0",
      parent_address: "192.168.1.73",
      use_labels: true,
      delegate: { name: "cbr0", type: "ptp", ipam },
      boot_network: { type: "loopback" },
      agent_socket: this.socket,
      state_dir: this.stateDir,
      deadline_seconds: 5,
      ...changes,
    };
  }

  environment(command: string, pod: string, netns: string, containerId = `sandbox-of-${pod}`): Record<string, string> {
    return {
      CNI_COMMAND: command,
      CNI_CONTAINERID: containerId,
      CNI_NETNS: netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: CNI_PLUGINS,
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${pod};K8S_POD_UID=uid-of-${pod}`,
    };
  }

  run(env: Record<string, string>, config: object | string): Promise<Answer> {
    return this.shim.run(env, config, ["nsenter", `--net=${this.netns}`]);
  }

  /** The same with all of the machine's files read-only besides the node's folder: for configurations that name any path. */
  runConfined(env: Record<string, string>, config: object | string): Promise<Answer> {
    const mounts = `mount --bind "$0" "$0" && mount -o remount,ro,bind / && mount -t tmpfs tmpfs /var/lib && exec "$@"`;
    const confine = ["unshare", "--mount", "sh", "-c", mounts, this.folder];
    return this.shim.run(env, config, ["nsenter", `--net=${this.netns}`, ...confine]);
  }

  remove(): void {
    for (const name of this.#namespaces.splice(0)) execFileSync("ip", ["netns", "delete", name]);
    rmSync(this.folder, { recursive: true, force: true });
    this.shim.remove();
  }
}
