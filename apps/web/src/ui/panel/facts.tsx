import type { ReactNode } from "react";

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names and values, one below the other; empty values are left out. */
export function Facts({ facts, label }: { facts: Fact[]; label: string }) {
  return (
    <table className="facts" aria-label={label}>
      <tbody>
        {facts
          .filter((fact) => fact.value !== null && fact.value !== undefined && fact.value !== "")
          .map((fact) => (
            <tr key={fact.name}>
              <th scope="row">{fact.name}</th>
              <td>{fact.value}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

export interface ComparedFact {
  name: string;
  asked: ReactNode;
  observed: ReactNode;
  /** The kernel has something else than was asked for. */
  isDifferent?: boolean;
}

/** What was asked beside what the kernel has. */
export function ComparedFacts({ facts, label }: { facts: ComparedFact[]; label: string }) {
  return (
    <table className="facts" aria-label={label}>
      <thead>
        <tr>
          <th scope="col" className="fact-head" aria-label="Field" />
          <th scope="col" className="fact-head">
            asked
          </th>
          <th scope="col" className="fact-head">
            observed
          </th>
        </tr>
      </thead>
      <tbody>
        {facts.map((fact) => (
          <tr key={fact.name}>
            <th scope="row">{fact.name}</th>
            <td>{fact.asked ?? <span className="soft">auto</span>}</td>
            <td data-differs={fact.isDifferent ?? false}>{fact.observed ?? <span className="soft">unknown</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
