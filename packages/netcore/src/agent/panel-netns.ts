import { closeSync, constants, openSync } from "node:fs";
import { writeSysctl } from "../executor/sysctl.js";
import { lastErrno, libc } from "../ffi/libc.js";
import { createNamedNetns, deleteNamedNetns, namedNetnsExists, namedNetnsPath } from "../ffi/named-netns.js";
import { isSameNetns, type NetnsIdentity, netnsIdentity, openNetns, withNetns } from "../ffi/netns.js";
import { SystemError } from "../ffi/system-error.js";

const MS_BIND = 0x1000;

/**
 * The panel's namespace. The agent holds it open: it is its own, and a name that somebody deletes can be given back
 * without any wire noticing.
 */
export class PanelNetns {
  readonly path: string;
  readonly identity: NetnsIdentity;
  private readonly fd: number;

  private constructor(private readonly name: string) {
    this.path = namedNetnsPath(name);
    this.fd = openNetns(this.path);
    const identity = netnsIdentity(this.fd);
    if (identity === undefined) throw new Error(`${this.path} is not a namespace`);
    this.identity = identity;
  }

  /** Opens the panel, making it when it is not there. */
  static open(name: string, own: NetnsIdentity | undefined): PanelNetns {
    // A file that nothing is mounted on is what a crash between the two steps of making it leaves.
    const lies = netnsIdentity(namedNetnsPath(name));
    if (lies === undefined || !isNamespace(name)) {
      if (namedNetnsExists(name)) deleteNamedNetns(name);
      createNamedNetns(name);
    }
    const panel = new PanelNetns(name);
    if (isSameNetns(panel.identity, own)) throw new Error("the panel is this node's own namespace");
    panel.prepare();
    return panel;
  }

  /** True when the name leads to this namespace. */
  get isNamed(): boolean {
    return isSameNetns(netnsIdentity(this.path), this.identity);
  }

  /** Gives the name back to the namespace, which has lived on. */
  restoreName(): void {
    deleteNamedNetns(this.name);
    closeSync(openSync(this.path, constants.O_RDONLY | constants.O_CREAT, 0));
    if (libc.mount(`/proc/thread-self/fd/${this.fd}`, this.path, "none", MS_BIND, null) < 0) {
      throw new SystemError("mount", lastErrno(), this.path);
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  // Nothing in the panel speaks IP. Autoconfiguration there would cost a third of the time a port takes.
  private prepare(): void {
    withNetns(this.fd, () => {
      for (const scope of ["default", "all"]) {
        try {
          writeSysctl(`net.ipv6.conf.${scope}.disable_ipv6`, "1");
        } catch (error) {
          // A kernel without IPv6.
          if ((error as { code?: string }).code !== "ENOENT") throw error;
        }
      }
    });
  }
}

function isNamespace(name: string): boolean {
  try {
    withNetns(namedNetnsPath(name), () => undefined);
    return true;
  } catch {
    return false;
  }
}
