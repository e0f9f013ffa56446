export const ENGINES = ["relay", "netem"] as const;
export type Engine = (typeof ENGINES)[number];

/** A line of the table, by what is asked. */
export interface RowName {
  what: string;
  asked: string;
}

/** As the measuring program prints it (packages/netcore, agent/impair/conformance/measure.ts). */
export interface Measurement extends RowName {
  engine: Engine;
  measured: string;
  isWithin: boolean | null;
}

/** The measurement in a line of a program, or of a console, where other words may stand before it. */
export function measurementOf(line: string): Measurement | undefined {
  const at = line.indexOf('{"engine":');
  return at < 0 ? undefined : (JSON.parse(line.slice(at)) as Measurement);
}
