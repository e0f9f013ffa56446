/** What an address restores. `view` is the canvas point in the middle of the window, and the zoom. */
export interface UrlState {
  namespace: string;
  selection: string[];
  filter: string;
  view: { x: number; y: number; zoom: number } | null;
}

const DEFAULT_NAMESPACE = "default";
const ID = /^(pod|link|node)\/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Reads an address; what makes no sense in it is left out. */
export function readUrl(search: string): UrlState {
  const query = new URLSearchParams(search);
  const namespace = query.get("ns") ?? DEFAULT_NAMESPACE;
  const [x, y, zoom] = (query.get("view") ?? "").split(",").map(Number);
  const isView = [x, y, zoom].every((value) => value !== undefined && Number.isFinite(value)) && (zoom ?? 0) > 0;
  return {
    namespace: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace) ? namespace : DEFAULT_NAMESPACE,
    selection: (query.get("sel") ?? "").split(",").filter((id) => ID.test(id)),
    filter: query.get("filter") ?? "",
    view: isView ? { x: x ?? 0, y: y ?? 0, zoom: zoom ?? 1 } : null,
  };
}

/** Above this many selected things the address would be longer than servers like. */
const SELECTION_MAX = 60;

/** Writes the address of a state. Slashes and commas stay legible. */
export function writeUrl(state: UrlState): string {
  const query = new URLSearchParams();
  if (state.namespace !== DEFAULT_NAMESPACE) query.set("ns", state.namespace);
  if (state.selection.length > 0 && state.selection.length <= SELECTION_MAX)
    query.set("sel", state.selection.join(","));
  if (state.filter !== "") query.set("filter", state.filter);
  if (state.view) {
    const { x, y, zoom } = state.view;
    query.set("view", `${Math.round(x)},${Math.round(y)},${Number(zoom.toFixed(3))}`);
  }
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text === "" ? "" : `?${text}`;
}
