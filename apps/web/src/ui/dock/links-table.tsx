import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { endText, type LinkColumn, type LinkSort, linkRows } from "../../graph/link-rows.js";
import type { WireModel } from "../../graph/model.js";
import { toggled } from "../../graph/selection.js";
import { stateWord } from "../../graph/wire-state.js";
import { useWindowedRows } from "../../hooks/use-windowed-rows.js";
import { useModel } from "../../state/model-store.js";
import { ui, useUi } from "../../state/ui-store.js";
import { StateLabel } from "../state-mark.js";

const COLUMNS: { key: LinkColumn; label: string }[] = [
  { key: "state", label: "State" },
  { key: "name", label: "Link" },
  { key: "a", label: "From" },
  { key: "b", label: "To" },
  { key: "transport", label: "Transport" },
];
const ROW_PX = 33;

/** Every wire as a row. Arrows walk, Enter or Space selects, Ctrl adds. */
export function LinksTable() {
  const { model, matches } = useModel();
  const selection = useUi((state) => state.selection);
  const [sort, setSort] = useState<LinkSort>({ column: "name", isDescending: false });
  const rows = useMemo(() => linkRows(model, matches?.wires, sort), [model, matches, sort]);
  const body = useRef<HTMLTableElement>(null);
  const { first, last } = useWindowedRows(body, rows.length, ROW_PX);

  if (rows.length === 0) {
    return (
      <p className="empty-note">
        {matches ? "No link matches the filter." : "No link yet. Drag from one pod to another."}
      </p>
    );
  }
  const sortBy = (column: LinkColumn) =>
    setSort((now) => ({ column, isDescending: now.column === column && !now.isDescending }));
  return (
    <table className="links" ref={body} data-testid="links-table" aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {COLUMNS.map(({ key, label }) => {
            const isSorted = sort.column === key;
            return (
              <th
                key={key}
                scope="col"
                aria-sort={isSorted ? (sort.isDescending ? "descending" : "ascending") : "none"}
              >
                <button type="button" onClick={() => sortBy(key)}>
                  {label}
                  {isSorted && (sort.isDescending ? <IconArrowDown size={13} /> : <IconArrowUp size={13} />)}
                </button>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {first > 0 && <tr style={{ height: first * ROW_PX }} />}
        {rows.slice(first, last).map((wire, index) => (
          <Row key={wire.id} wire={wire} index={first + index} isSelected={selection.has(wire.id)} />
        ))}
        {last < rows.length && <tr style={{ height: (rows.length - last) * ROW_PX }} />}
      </tbody>
    </table>
  );
}

function Row({ wire, index, isSelected }: { wire: WireModel; index: number; isSelected: boolean }) {
  const select = (isAdding: boolean) =>
    ui.select(isAdding ? toggled(useUi.getState().selection, wire.id) : new Set([wire.id]));
  const onKey = (event: KeyboardEvent<HTMLTableRowElement>) => {
    const row = event.currentTarget;
    const next =
      event.key === "ArrowDown" ? row.nextElementSibling : event.key === "ArrowUp" ? row.previousElementSibling : null;
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select(event.ctrlKey || event.metaKey);
    }
  };
  return (
    <tr
      tabIndex={0}
      aria-selected={isSelected}
      aria-rowindex={index + 2}
      onClick={(event) => select(event.ctrlKey || event.metaKey)}
      onKeyDown={onKey}
      onMouseEnter={() => ui.hover(wire.id)}
      onMouseLeave={() => ui.hover(null)}
      data-testid="link-row"
      data-link={wire.name}
      data-state={wire.state}
    >
      <td>
        <StateLabel word={stateWord(wire)} />
      </td>
      <td style={{ fontWeight: 550 }}>{wire.name}</td>
      {([0, 1] as const).map((end) => (
        <td key={end} className="mono">
          {endText(wire, end)} <span className="soft">{wire.ends[end].addresses.join(" ")}</span>
        </td>
      ))}
      <td className="mono">
        {wire.transport ?? ""} {wire.vni ?? ""}
      </td>
    </tr>
  );
}
