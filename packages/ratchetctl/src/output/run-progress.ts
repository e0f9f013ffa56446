import type { Run, RunComparison, RunEvent, RunProbe } from "@ratchet/contracts";
import type { Paint } from "./paint.js";

/** Turns what a run says of itself into lines, each event once however often it is said. */
export class RunProgress {
  private readonly told = new Set<string>();

  constructor(private readonly paint: Paint) {}

  /** Lines that are new since the last call. */
  news({ status }: Pick<Run, "status">): string[] {
    return status.events.flatMap((event) => {
      const key = `${event.type} ${event.about} ${event.atMs}`;
      if (this.told.has(key)) return [];
      this.told.add(key);
      const text = this.describe(event, status);
      return text === undefined ? [] : [`${seconds(event.atMs).padStart(8)}  ${text}`];
    });
  }

  private describe({ type, about, message }: RunEvent, { steps }: Run["status"]): string | undefined {
    const step = steps.find(({ id }) => id === about);
    const name = step?.name ?? about;
    switch (type) {
      case "step-started":
        return this.paint("grey", `.. ${name}`);
      case "step-passed":
        return `${this.paint("green", "ok")} ${name}${tail(message)}`;
      case "step-failed":
        return `${this.paint("red", "FAILED")} ${name}${tail(message)}`;
      case "outage-began":
        return this.paint("yellow", `!  ${about} loses packets`);
      case "outage-ended":
        return this.paint("yellow", `!  ${about} is answered again: ${message}`);
      case "put-back":
        return `<- ${about}${tail(message)}`;
      case "cancel-asked":
      case "deadline":
      case "interrupted":
        return this.paint("red", message);
      default:
        return undefined;
    }
  }
}

/** The outcome in a few lines. */
export function summaryOf({ status }: Pick<Run, "status">, paint: Paint): string[] {
  const isPassed = status.phase === "Passed";
  const why = status.message === "" ? "" : `: ${status.message}`;
  const head = paint(isPassed ? "green" : "red", status.phase.toLowerCase());
  return [`${head} in ${seconds(status.durationMs ?? 0)}${why}`, ...status.probes.map(describeProbe)];
}

function describeProbe({ name, sent, lost, lossPercent, outages, outageCount, longestOutageMs }: RunProbe): string {
  const recoveries = outages.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const recovery = recoveries.length === 0 ? "" : `, back ${seconds(Math.max(...recoveries))} after the step`;
  const outage =
    outageCount === 0
      ? "no outage"
      : `${outageCount} outage${outageCount === 1 ? "" : "s"}, the longest ${seconds(longestOutageMs)}${recovery}`;
  return `  ${name}: ${sent} packets, ${lost} lost (${lossPercent.toFixed(2)} %), ${outage}`;
}

/** A run beside an earlier one, in a few lines. */
export function comparisonOf({ with: other, isSameOrder, phases, probes }: RunComparison): string[] {
  const order = isSameOrder ? "the same order of events" : "another order of events";
  const ms = (value: number | null) => (value === null ? "-" : seconds(value));
  return [
    `beside ${other} (${phases.before.toLowerCase()}): ${order}`,
    ...probes.map(({ name, lost, longestOutageMs, recoveryMs }) => {
      const loss = `lost ${lost.before ?? "-"} -> ${lost.after ?? "-"}`;
      const outage = `longest outage ${ms(longestOutageMs.before)} -> ${ms(longestOutageMs.after)}`;
      return `  ${name}: ${loss}, ${outage}, recovery ${ms(recoveryMs.before)} -> ${ms(recoveryMs.after)}`;
    }),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function tail(message: string): string {
  return message === "" ? "" : `: ${message}`;
}
