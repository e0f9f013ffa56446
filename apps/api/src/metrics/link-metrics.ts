import { Counter, type Registry } from "prom-client";
import type { LinkHistory } from "../telemetry/link-history.js";

const COUNTERS = [
  ["ratchet_link_packets_total", "Packets handed to the receiving pod"],
  ["ratchet_link_bytes_total", "Bytes handed to the receiving pod"],
  ["ratchet_link_drops_total", "Packets that the panels dropped"],
  ["ratchet_link_errors_total", "Errors of the panels' interfaces"],
] as const;

/** Counters of each link and direction that has carried something since this API began. */
export function linkMetrics(registry: Registry, history: LinkHistory, isHere: (node: string) => boolean): void {
  for (const [index, [name, help]] of COUNTERS.entries()) {
    new Counter({
      name,
      help,
      labelNames: ["namespace", "link", "from", "to"],
      registers: [registry],
      collect() {
        // Deleted links are gone from here too.
        this.reset();
        for (const { ends, from, counts } of history.totals(isHere)) {
          const labels = { from: ends.ports[from], to: ends.ports[from === 0 ? 1 : 0] };
          this.inc({ namespace: ends.namespace, link: ends.name, ...labels }, counts[index] ?? 0);
        }
      },
    });
  }
}
