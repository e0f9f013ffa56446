import { spawn } from "node:child_process";
import { once } from "node:events";
import { CNI_PLUGINS, type TestNode } from "@ratchet/cni-shim/test-node";

/** Answers its stdout. Fails when the run does: a refusal is quick. */
export async function succeed(
  work: Promise<{ exitCode: number | null; stdout: string; stderr: string }>,
): Promise<string> {
  const { exitCode, stdout, stderr } = await work;
  if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${stdout} ${stderr}`);
  return stdout;
}

/** The delegate of the node's configuration, as the runtime would run it without Ratchet. */
export async function ptpAlone(node: TestNode, env: Record<string, string>): Promise<void> {
  const config = node.config();
  const child = spawn("nsenter", [`--net=${node.netns}`, `${CNI_PLUGINS}/ptp`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(JSON.stringify({ cniVersion: config.cniVersion, ...(config.delegate as object) }));
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0) throw new Error(`ptp ended with ${exitCode}`);
}
