const DAY_MS = 86_400_000;

/** `14:03:22` today, with the date before. */
export function clockTime(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  if (now - date.getTime() < DAY_MS) return time;
  return `${date.toLocaleDateString([], { day: "2-digit", month: "short" })} ${time}`;
}
