import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { AgentSilent } from "../agent.js";
import { isAtLeast } from "../config/version.js";
import { runDelegate } from "../delegate.js";
import { CniError } from "../error.js";
import { AttachmentRecords } from "../records/attachments.js";
import type { Context } from "./context.js";

const MARGIN_MS = 300;

/** All are asked, also when one fails; the first failure is the answer. */
export async function gc({ config, host, agent, deadline }: Context): Promise<void> {
  const { validAttachments, name: networkName } = config;
  if (validAttachments === undefined) {
    throw new CniError(
      CNI_ERROR.invalidConfig,
      "cni.dev/valid-attachments: needed by GC",
      "without it everything would be removed",
    );
  }
  const errors: unknown[] = [];
  for (const plugin of [config.delegate, config.bootNetwork]) {
    if (plugin === undefined || !isAtLeast(plugin.cniVersion, "1.1.0")) continue;
    await runDelegate(host, "GC", plugin, config, deadline).catch((error: unknown) => errors.push(error));
  }
  const attachments = validAttachments.map(({ containerID, ifname }) => ({ containerID, ifname }));
  try {
    await agent.run("gc", { networkName, validAttachments: attachments }, Math.max(1, deadline.left() - MARGIN_MS));
  } catch (error) {
    const isSilent = error instanceof AgentSilent;
    errors.push(
      isSilent ? new CniError(CNI_ERROR.tryAgainLater, "Ratchet's agent does not answer", error.message) : error,
    );
  }
  await new AttachmentRecords(host.files, config.stateDir).keepOnly(networkName, validAttachments);
  if (errors.length > 0) throw errors[0];
}
