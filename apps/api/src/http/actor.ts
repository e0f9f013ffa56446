const MAX_LENGTH = 64;

/** Who says they ask, until there are users: a short printable name. */
export function actorOf(header: string | string[] | undefined): string {
  const text = Array.isArray(header) ? header[0] : header;
  const name = (text ?? "")
    .replace(/[^\p{L}\p{N} ._@+-]/gu, "")
    .trim()
    .slice(0, MAX_LENGTH);
  return name === "" ? "anonymous" : name;
}
