import type { RunComparison } from "@ratchet/contracts";
import { useQuery } from "@tanstack/react-query";
import { reasonOf } from "../../api/problem-error.js";
import { verbs } from "../../api/verbs.js";
import { lengthText } from "../../graph/run-timeline.js";
import { useTopology } from "../../state/topology-store.js";

type Change = RunComparison["probes"][number]["lost"];

/** A run beside an earlier one: each probe's figures, then and now. */
export function RunComparisonTable({ name, other }: { name: string; other: string }) {
  const namespace = useTopology((state) => state.namespace);
  const { data, error } = useQuery({
    queryKey: ["compare", namespace, name, other],
    queryFn: async () => (await verbs.compareRuns(namespace, name, other)).body,
  });
  if (error) return <p style={{ color: "var(--down)" }}>{reasonOf(error)}</p>;
  if (!data) return <p className="soft">Comparing.</p>;
  const says = [
    data.isSameScenario ? "the same scenario" : "another text of the scenario",
    data.isSameSeed ? "the same seed" : "another seed",
    data.isSameOrder ? "the same order of events" : "another order of events",
  ];
  return (
    <div className="comparison" data-testid="comparison">
      <p className="soft">
        Beside {other} ({data.phases.before}): {says.join(", ")}.
      </p>
      <table className="facts">
        <thead>
          <tr>
            {["Probe", "Lost", "Longest outage", "Recovery"].map((label) => (
              <th key={label} scope="col" className="fact-head">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.probes.map((probe) => (
            <tr key={probe.name}>
              <th scope="row">{probe.name}</th>
              <td className="num">{changeText(probe.lost, String)}</td>
              <td className="num">{changeText(probe.longestOutageMs, lengthText)}</td>
              <td className="num">{changeText(probe.recoveryMs, lengthText)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function changeText({ before, after }: Change, text: (value: number) => string): string {
  const say = (value: number | null) => (value === null ? "none" : text(value));
  return before === after ? say(after) : `${say(before)} → ${say(after)}`;
}
