import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KubeNode, ptpWithHostLocal } from "@ratchet/testkit";

const TYPE = "ptp-newer";

/** A delegate that speaks CNI 1.1.0, and its leases. */
export interface NewerPtp {
  delegate: object;
  /** Where its leases lie. */
  dataDir: string;
  /** `CONTAINER INTERFACE` of each lease. */
  leases(network: string): string[];
}

/**
 * Puts a plugin beside a node's others that is the reference `ptp` with `host-local`, which Debian has in a version that
 * knows CNI 1.0.0 and no more, and beyond it answers STATUS (can addresses be kept?) and GC (leases of attachments that
 * are not valid are given back by the reference plugin's own DEL).
 */
export function installNewerPtp(node: KubeNode): NewerPtp {
  const dataDir = join(node.cniDataDir, "newer");
  mkdirSync(dataDir);
  const program = `#!${process.execPath}\n${PROGRAM.replace("REFERENCE", JSON.stringify(join(node.cniBinDir, "ptp")))}`;
  writeFileSync(join(node.cniBinDir, TYPE), program, { mode: 0o755 });
  const ptp = ptpWithHostLocal(node) as { ipam: object };
  const delegate = { ...ptp, type: TYPE, cniVersion: "1.1.0", ipam: { ...ptp.ipam, dataDir } };
  const leases = (network: string) => {
    const folder = join(dataDir, network);
    const files = readdirSync(folder).filter((name) => /^\d+\./.test(name));
    return files.map((name) => readFileSync(join(folder, name), "utf8").split("\r\n").join(" "));
  };
  return { delegate, dataDir, leases };
}

const PROGRAM = `
const { spawnSync } = require("node:child_process");
const { accessSync, constants, existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const command = process.env.CNI_COMMAND;
const config = JSON.parse(readFileSync(0, "utf8"));
if (config.cniVersion !== "1.1.0") fail(1, "only CNI 1.1.0 is spoken here", String(config.cniVersion));

function fail(code, msg, details) {
  process.stdout.write(JSON.stringify({ cniVersion: "1.1.0", code, msg, details }));
  process.exit(1);
}

/** What the reference plugin says to the same request in its own version. */
function reference(request, more) {
  const older = { ...config, cniVersion: "1.0.0" };
  if (older.prevResult) older.prevResult = { ...older.prevResult, cniVersion: "1.0.0" };
  const env = { ...process.env, CNI_COMMAND: request, ...more };
  const { status, stdout } = spawnSync(REFERENCE, { input: JSON.stringify(older), env, encoding: "utf8" });
  const answer = stdout.trim() === "" ? undefined : JSON.parse(stdout);
  if (status !== 0) fail(answer?.code ?? 999, answer?.msg ?? "the reference plugin failed", answer?.details ?? "");
  return answer;
}

if (command === "STATUS") {
  try {
    accessSync(config.ipam.dataDir, constants.W_OK);
  } catch (error) {
    fail(50, "no address can be kept", error.message);
  }
} else if (command === "GC") {
  const valid = config["cni.dev/valid-attachments"].map(({ containerID, ifname }) => containerID + " " + ifname);
  const folder = join(config.ipam.dataDir, config.name);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!/^\\d+\\./.test(name)) continue;
    const [id, ifName] = readFileSync(join(folder, name), "utf8").split("\\r\\n");
    if (valid.includes(id + " " + ifName)) continue;
    reference("DEL", { CNI_CONTAINERID: id, CNI_IFNAME: ifName, CNI_NETNS: "" });
  }
} else {
  const answer = reference(command, {});
  if (answer !== undefined) process.stdout.write(JSON.stringify({ ...answer, cniVersion: "1.1.0" }));
}
`;
