import type { Change } from "@ratchet/contracts";
import { useQuery } from "@tanstack/react-query";
import { verbs } from "../api/verbs.js";
import { useTopology } from "../state/topology-store.js";

const SHOWN = "12";

/** The last changes of one object, newest first; asked again whenever its revision moves. */
export function useHistory(kind: "Link" | "Pod", name: string, revision: number): Change[] | undefined {
  const namespace = useTopology((state) => state.namespace);
  const { data } = useQuery({
    queryKey: ["changes", namespace, kind, name, revision],
    queryFn: async () => (await verbs.changes({ namespace, kind, name, limit: SHOWN })).body.items,
    placeholderData: (before) => before,
  });
  return data;
}
