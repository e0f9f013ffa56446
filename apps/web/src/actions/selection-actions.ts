import { namesOf, type Selection } from "../graph/selection.js";
import { deleteLinks } from "./link-actions.js";
import { deletePods } from "./pod-actions.js";

/** Deletes everything selected: wires first, so that undo finds the pods' ends free in order. */
export async function deleteSelection(selection: Selection): Promise<void> {
  const links = namesOf(selection, "link");
  const pods = namesOf(selection, "pod");
  if (links.length > 0) await deleteLinks(links);
  if (pods.length > 0) await deletePods(pods);
}
