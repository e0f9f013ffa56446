import { useQuery } from "@tanstack/react-query";
import { verbs } from "../api/verbs.js";

const REFRESH_MS = 15_000;

/** Names of all namespaces with something in them, `current` among them in any case. */
export function useNamespaces(current: string): string[] {
  const { data } = useQuery({
    queryKey: ["namespaces"],
    queryFn: async () => (await verbs.namespaces()).body.items.map((item) => item.metadata.name),
    refetchInterval: REFRESH_MS,
  });
  return [...new Set([current, "default", ...(data ?? [])])].sort();
}
