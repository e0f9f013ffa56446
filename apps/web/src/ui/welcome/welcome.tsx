import { Title } from "@mantine/core";
import { IconBoxPadding, IconServer2, IconTemplate } from "@tabler/icons-react";
import { useStage } from "../../canvas/stage-context.js";
import { useModel } from "../../state/model-store.js";
import { ui } from "../../state/ui-store.js";

/** An empty namespace: what will be here, and three ways to begin. */
export function Welcome() {
  const stage = useStage();
  const hasNodes = useModel((state) => state.model.boxes.size > 0);
  const drawPod = () => {
    const { width = 0, height = 0 } = stage?.adapter.size() ?? {};
    const { zoom, pan } = stage?.view ?? { zoom: 1, pan: { x: 0, y: 0 } };
    ui.open({
      kind: "pod-form",
      at: { x: (width / 2 - 150 - pan.x) / zoom, y: (height / 2 - 120 - pan.y) / zoom },
      node: null,
    });
  };
  return (
    <div className="welcome" data-overlay data-testid="welcome" style={{ background: "var(--ground)" }}>
      <div className="welcome-inner">
        <Picture />
        <Title order={2} fz={22} mt={18}>
          Nothing is wired here yet
        </Title>
        <p className="soft" style={{ margin: "6px 0 0" }}>
          Pods appear as cards inside their nodes, wires as lines between them, live from the kernel.
        </p>
        <div className="ways">
          <button type="button" className="way" onClick={drawPod} disabled={!hasNodes} data-testid="begin-pod">
            <IconBoxPadding size={22} stroke={1.6} color="var(--accent)" />
            <strong>Draw a pod</strong>
            <span>
              {hasNodes
                ? "A network namespace of its own on one of your nodes."
                : "Needs a node first: connect a host."}
            </span>
          </button>
          <button
            type="button"
            className="way"
            onClick={() => ui.open({ kind: "example" })}
            data-testid="begin-example"
          >
            <IconTemplate size={22} stroke={1.6} color="var(--accent)" />
            <strong>Apply an example</strong>
            <span>A pair, or four pods routed across a tunnel, in one step.</span>
          </button>
          <button type="button" className="way" onClick={() => ui.open({ kind: "cluster" })} data-testid="begin-host">
            <IconServer2 size={22} stroke={1.6} color="var(--accent)" />
            <strong>Connect a host</strong>
            <span>Start an agent there and it shows up as a node.</span>
          </button>
        </div>
      </div>
    </div>
  );
}

/** Two nodes, three pods, a wire and a tunnel, in outline. */
function Picture() {
  return (
    <svg viewBox="0 0 420 120" width="420" style={{ maxWidth: "100%" }} aria-hidden="true">
      <g fill="none" stroke="var(--line-strong)" strokeWidth="1.3">
        <rect x="6" y="14" width="232" height="92" rx="13" strokeDasharray="5 4" />
        <rect x="304" y="14" width="110" height="92" rx="13" strokeDasharray="5 4" />
        <path d="M92 60h60" stroke="var(--up)" strokeWidth="1.8" />
        <path d="M222 58h100M222 62.6h100" stroke="var(--up)" strokeWidth="1.4" />
      </g>
      <g fill="var(--surface)" stroke="var(--line-strong)" strokeWidth="1.3">
        <rect x="24" y="42" width="68" height="36" rx="8" />
        <rect x="152" y="42" width="68" height="36" rx="8" />
        <rect x="324" y="42" width="68" height="36" rx="8" />
      </g>
      <g fill="var(--up)">
        <circle cx="92" cy="60" r="4" />
        <circle cx="152" cy="60" r="4" />
        <circle cx="221" cy="60" r="4" />
        <circle cx="324" cy="60" r="4" />
      </g>
      <g fill="var(--line-strong)">
        <rect x="36" y="57" width="34" height="6" rx="3" />
        <rect x="164" y="57" width="34" height="6" rx="3" />
        <rect x="336" y="57" width="34" height="6" rx="3" />
      </g>
      <rect
        x="251"
        y="51"
        width="40"
        height="18"
        rx="9"
        fill="var(--ground)"
        stroke="var(--accent)"
        strokeWidth="1.3"
      />
      <text
        x="271"
        y="64"
        textAnchor="middle"
        fontSize="10.5"
        fill="var(--accent)"
        fontFamily="var(--mantine-font-family-monospace)"
      >
        4711
      </text>
    </svg>
  );
}
