import { ActionIcon, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconFilter } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { isRunning } from "../../graph/running-faults.js";
import { useRunsUnderWay } from "../../hooks/use-runs.js";
import { useModel } from "../../state/model-store.js";
import { useTopology } from "../../state/topology-store.js";
import { type DockTab, ui, useUi } from "../../state/ui-store.js";
import { EventsList } from "./events-list.js";
import { FaultsList } from "./faults-list.js";
import { LinksTable } from "./links-table.js";

// Not everybody runs scenarios: the page comes up without.
const RunsTab = lazy(async () => ({ default: (await import("../runs/runs-tab.js")).RunsTab }));

/** The facts of the canvas as text: for eyes that like lists, for keyboards and for screen readers. */
export function Dock() {
  const isOpen = useUi((state) => state.isDockOpen);
  const tab = useUi((state) => state.dockTab);
  const filterText = useUi((state) => state.filterText);
  const links = useModel((state) => state.model.wires.size);
  const matching = useModel((state) => state.matches?.wires.size);
  const warnings = useTopology((state) => state.events.filter((event) => event.severity === "warning").length);
  const faults = useTopology((state) => [...state.stream.faults.values()].filter(isRunning).length);
  const underWay = useRunsUnderWay();
  const tabs = [
    { key: "links", label: matching === undefined ? `Links (${links})` : `Links (${matching} of ${links})` },
    { key: "events", label: warnings === 0 ? "Events" : `Events (${warnings})` },
    { key: "faults", label: faults === 0 ? "Faults" : `Faults (${faults})` },
    { key: "runs", label: underWay === 0 ? "Scenarios" : `Scenarios (${underWay} under way)` },
  ] as const;
  const show = (key: DockTab) => {
    if (isOpen && tab === key) return ui.dock(false);
    ui.dockTab(key);
    ui.dock(true);
  };
  return (
    <section className="dock" aria-label="Links, events, faults and scenarios" data-testid="dock">
      <div className="dock-bar">
        <div role="tablist" style={{ display: "flex", gap: 4 }}>
          {tabs.map(({ key, label }) => (
            <button
              key={key}
              type="button"
              role="tab"
              className="dock-tab num"
              aria-selected={isOpen && tab === key}
              aria-controls="dock-body"
              onClick={() => show(key)}
              data-testid={`dock-${key}`}
            >
              {label}
            </button>
          ))}
        </div>
        <div className="header-space" />
        <TextInput
          w={{ base: 96, xs: 150, sm: 300 }}
          size="xs"
          leftSection={<IconFilter size={14} />}
          placeholder="Filter: state:cut node:left quagga"
          aria-label="Filter wires and pods. For example state:cut, node:left, transport:vxlan, or any word"
          value={filterText}
          onChange={(event) => ui.filter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              ui.filter("");
              event.currentTarget.blur();
            }
          }}
          data-testid="filter"
        />
        <ActionIcon
          aria-label={isOpen ? "Close the dock" : "Open the dock"}
          aria-expanded={isOpen}
          onClick={() => ui.dock(!isOpen)}
          data-testid="dock-toggle"
        >
          {isOpen ? <IconChevronDown size={17} /> : <IconChevronUp size={17} />}
        </ActionIcon>
      </div>
      {isOpen && (
        <div className="dock-body" id="dock-body" role="tabpanel" data-tall={tab === "runs"}>
          {tab === "links" && <LinksTable />}
          {tab === "events" && <EventsList />}
          {tab === "faults" && <FaultsList />}
          {tab === "runs" && (
            <Suspense fallback={null}>
              <RunsTab />
            </Suspense>
          )}
        </div>
      )}
    </section>
  );
}
