import { Modal } from "@mantine/core";
import { ui, useUi } from "../../state/ui-store.js";
import { CopyLine } from "../panel/copy-line.js";

/** How a host becomes a node. */
export function ConnectHost() {
  const isOpen = useUi((state) => state.popup?.kind === "cluster");
  return (
    <Modal opened={isOpen} onClose={ui.close} title="Connect a host" size="lg">
      <p style={{ marginTop: 0, fontSize: 14 }} data-testid="connect-host">
        A host becomes a node when Ratchet's agent runs on it and reaches this control plane. On one machine the lab
        does all of it: nodes, agents and pods as network namespaces.
      </p>
      <CopyLine text="npm run demo -- --empty --nodes 2" label="Copy" />
      <p style={{ fontSize: 14 }}>Or start an agent by hand, as root, with the address its tunnels use:</p>
      <CopyLine
        text={`node packages/netcore/dist/agent/main.js --node $(hostname -s) --vtep ADDRESS --parent INTERFACE --api ${window.location.origin} --data /var/lib/ratchet --installation ID --panel ratchet-panel --netns-prefix ratchet${window.location.protocol === "https:" ? " --api-ca ca.crt --token-file NODE.token" : ""}`}
        label="Copy"
      />
    </Modal>
  );
}
