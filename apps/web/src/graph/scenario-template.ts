import type { Link } from "@ratchet/contracts";
import { isPodEnd } from "./model.js";

/** A scenario to begin with, about a wire that is there: cut it, look, mend it. */
export function scenarioTemplate(links: Iterable<Link>): string {
  const all = [...links];
  const found = all.find((link) =>
    link.spec.endpoints.every((end) => isPodEnd(end) && (end.addresses ?? []).length > 0),
  );
  const link = found ?? all[0];
  const [a, b] = link?.spec.endpoints.filter(isPodEnd) ?? [];
  const name = link?.metadata.name ?? "LINK";
  const from = a?.pod ?? "POD";
  const to = b?.addresses?.[0]?.split("/")[0] ?? b?.pod ?? "OTHER-POD";
  const pod = b?.pod ?? "OTHER-POD";
  const carrier = `{ pod: ${from}, interface: ${a?.interface ?? "INTERFACE"}, is: down }`;
  return `apiVersion: ratchet.network/v1alpha1
kind: Scenario
metadata:
  name: cut-${name.toLowerCase().slice(0, 50)}
spec:
  description: ${name} is cut for three seconds and mended.
  deadlineSeconds: 60
  probes:
    - { name: ${`${from}-to-${pod}`.slice(0, 63)}, from: ${from}, to: ${to} }
  setup:
    - name: they reach each other
      waitUntil: { ping: { from: ${from}, to: ${to} }, withinSeconds: 10 }
  steps:
    - wait: 1
    - name: cut it
      cut: ${name}
    - check: { carrier: ${carrier} }
    - wait: 3
    - name: mend it
      restore: ${name}
    - name: they reach each other again
      waitUntil: { ping: { from: ${from}, to: ${to} }, withinSeconds: 10 }
`;
}
