import { useEffect } from "react";
import { initialUrl } from "../state/initial-url.js";
import { useNamespace } from "../state/namespace-store.js";
import { useUi } from "../state/ui-store.js";
import { writeUrl } from "../state/url-state.js";
import { useView } from "../state/view-store.js";

/** Restores selection and filter from the address once, then keeps the address in step. Answers the namespace. */
export function useUrlState(): string {
  const namespace = useNamespace((state) => state.namespace);
  useEffect(() => {
    useUi.setState({ selection: new Set(initialUrl.selection), filterText: initialUrl.filter });
  }, []);
  useEffect(() => {
    const write = () => {
      const { selection, filterText } = useUi.getState();
      const search = writeUrl({
        namespace: useNamespace.getState().namespace,
        selection: [...selection],
        filter: filterText,
        view: useView.getState().view,
      });
      if (search !== window.location.search) {
        window.history.replaceState(null, "", `${window.location.pathname}${search}`);
      }
    };
    const stops = [
      useUi.subscribe((now, before) => {
        if (now.selection !== before.selection || now.filterText !== before.filterText) write();
      }),
      useView.subscribe(write),
      useNamespace.subscribe(write),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return namespace;
}
