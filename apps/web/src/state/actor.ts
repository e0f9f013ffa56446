const KEY = "ratchet.actor";

/** The name this browser's changes carry in the history: chosen by the person, or a guest's. */
export function actorName(): string {
  const stored = localStorage.getItem(KEY);
  if (stored) return stored;
  const guest = `guest-${Math.random().toString(36).slice(2, 6)}`;
  localStorage.setItem(KEY, guest);
  return guest;
}

/** At most 64 visible ASCII characters, because it travels in an HTTP header. */
export function setActorName(name: string): void {
  const clean = name
    .replace(/[^\x20-\x7e]/g, "")
    .trim()
    .slice(0, 64);
  if (clean !== "") localStorage.setItem(KEY, clean);
}
