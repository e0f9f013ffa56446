/** ms as people read them: `850 ms`, `2.31 s`, `4 min 05 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A round trip. */
export function rtt(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
}

export function percent(value: number): string {
  return `${Number(value.toFixed(2))} %`;
}
