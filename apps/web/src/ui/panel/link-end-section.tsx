import type { Link } from "@ratchet/contracts";
import { type LinkEnd, linkEnd } from "../../graph/link-end.js";
import { useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { type ComparedFact, ComparedFacts } from "./facts.js";

/** One end: what was asked beside what the kernel has. */
export function EndSection({ link, index, isLive }: { link: Link; index: 0 | 1; isLive: boolean }) {
  const found = linkEnd(link, index);
  const pod = useTopology((state) => (found === undefined ? undefined : state.stream.pods.get(found.pod)));
  if (found === undefined) return null;
  const { spec: end, selector } = found;
  const status = link.status.endpoints[index];
  const addresses = pod?.status.interfaces.find((item) => item.name === end.interface)?.addresses;
  const seen = <T,>(value: T | null | undefined) => (isLive ? (value ?? null) : null);
  const facts: ComparedFact[] = [
    ...(selector === null ? [] : [{ name: "pod", asked: selector, observed: seen(status?.pod) }]),
    { name: "node", asked: null, observed: seen(status?.node) },
    {
      name: "carrier",
      asked: link.spec.state === "up" ? "yes" : "no",
      observed: isLive && status?.carrier != null ? (status.carrier ? "yes" : "no carrier") : null,
      isDifferent: isLive && status?.carrier != null && status.carrier !== (link.spec.state === "up"),
    },
    { name: "addresses", asked: lines(end.addresses), observed: isLive && addresses ? lines(addresses) : null },
    { name: "MAC", asked: end.mac ?? null, observed: seen(status?.mac) },
    { name: "MTU", asked: link.spec.mtu ?? null, observed: seen(status?.mtu) },
    { name: "ifIndex", asked: null, observed: seen(status?.ifIndex) },
    ...(end.routes && end.routes.length > 0 ? [routesFact(end)] : []),
  ];
  return (
    <section className="section" data-testid={`panel-end-${index}`}>
      <h3>
        <button
          type="button"
          onClick={() => ui.selectOne(`pod/${found.pod}`)}
          style={{ all: "unset", cursor: "pointer", color: "var(--text)", textDecoration: "underline dotted" }}
        >
          {found.pod}
        </button>{" "}
        <span className="mono">{end.interface}</span>
      </h3>
      {isLive && status?.message && <p style={{ margin: "0 0 6px", color: "var(--degraded)" }}>{status.message}</p>}
      <ComparedFacts facts={facts.map(mono)} label={`${found.pod} ${end.interface}, asked and observed`} />
    </section>
  );
}

function routesFact(end: LinkEnd["spec"]): ComparedFact {
  const routes = end.routes?.map((route) => (route.via ? `${route.to} via ${route.via}` : route.to));
  return { name: "routes", asked: lines(routes), observed: "" };
}

function lines(items: string[] | undefined) {
  if (!items || items.length === 0) return "none";
  return items.map((item) => <div key={item}>{item}</div>);
}

const mono = (fact: ComparedFact): ComparedFact => ({
  ...fact,
  asked: fact.asked === null ? null : <span className="mono">{fact.asked}</span>,
  observed: fact.observed === null ? null : <span className="mono">{fact.observed}</span>,
});
