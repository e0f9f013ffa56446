import { useModel } from "../state/model-store.js";
import { ui } from "../state/ui-store.js";

const PATIENCE_MS = 5_000;

/** Selects a thing that was just made, as soon as the stream shows it. */
export function selectWhenThere(id: string): void {
  const isThere = () => {
    const { model } = useModel.getState();
    return model.wires.has(id) || model.pods.has(id);
  };
  if (isThere()) {
    ui.selectOne(id);
    return;
  }
  const stop = useModel.subscribe(() => {
    if (!isThere()) return;
    stop();
    window.clearTimeout(timer);
    ui.selectOne(id);
  });
  const timer = window.setTimeout(stop, PATIENCE_MS);
}
