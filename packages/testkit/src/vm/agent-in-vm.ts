import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { findProgram } from "./initramfs.js";
import { runInVm, type VmOptions, type VmResult } from "./run-in-vm.js";

const ROOT = resolve(import.meta.dirname, "../../../..");
const NETCORE = join(ROOT, "packages/netcore");
const CONTRACTS = join(ROOT, "packages/contracts");

/** What the panel, the pods and the two engines need. */
const MODULES = [
  ...["veth", "vxlan", "bridge", "tun", "af_packet", "sch_ingress", "cls_u32", "act_mirred"],
  ...["sch_netem", "sch_tbf", "ipv6"],
];

/**
 * Runs one of the agent's own programs, as built in `packages/netcore/dist`, on Debian's kernel: it has netem, which
 * this machine's may not. `argv` begins with a path below that folder.
 */
export function runAgentInVm(
  argv: readonly string[],
  options: Pick<VmOptions, "timeoutMs" | "clock" | "onLine">,
): Promise<VmResult> {
  const packageOf = (from: string, name: string) => realpathSync(join(from, "node_modules", name));
  const koffi = packageOf(NETCORE, "koffi");
  const app = "/app/node_modules";
  const files = new Map([
    ["/app/netcore/package.json", join(NETCORE, "package.json")],
    ["/app/netcore/dist", join(NETCORE, "dist")],
    [`${app}/@ratchet/contracts/package.json`, join(CONTRACTS, "package.json")],
    [`${app}/@ratchet/contracts/dist`, join(CONTRACTS, "dist")],
    [`${app}/zod`, packageOf(CONTRACTS, "zod")],
    [`${app}/ws`, packageOf(NETCORE, "ws")],
    [`${app}/koffi`, koffi],
    [`${app}/@koromix/koffi-linux-x64`, join(koffi, "../@koromix/koffi-linux-x64")],
  ]);
  const words = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return runInVm({
    cacheFolder: join(ROOT, ".tools/vm"),
    modules: MODULES,
    programs: [process.execPath, ...["ip", "tc", "nsenter", "ping", "iperf3"].map(findProgram)],
    files,
    command: `cd /app/netcore/dist && node ${words}`,
    ...options,
  });
}
