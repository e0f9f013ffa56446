interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

type Yaml = string | boolean | null | Yaml[] | { [key: string]: Yaml };

/**
 * Reads the YAML that kubeadm and kubectl write: block mappings and lists, scalars on one line.
 *
 * Throws, with the line, for all else (anchors, flow collections, block scalars, tabs), and for a key twice.
 * Numbers stay text.
 */
export function parsePlainYaml(text: string): Yaml {
  const lines: Line[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const trimmed = raw.trim();
    if (trimmed === "" || trimmed.startsWith("#") || (trimmed === "---" && lines.length === 0)) continue;
    const indent = raw.length - raw.trimStart().length;
    if (raw.slice(0, indent).includes("\t")) throw unreadable(index + 1);
    lines.push({ indent, text: trimmed, number: index + 1 });
  }
  const first = lines[0];
  if (first === undefined) return null;
  const rest = [...lines];
  const value = block(rest, first.indent);
  if (rest[0] !== undefined) throw unreadable(rest[0].number);
  return value;
}

/** Takes the lines of one mapping or list off the front. */
function block(lines: Line[], indent: number): Yaml {
  return isItem(lines[0]!.text) ? list(lines, indent) : mapping(lines, indent);
}

function list(lines: Line[], indent: number): Yaml[] {
  const items: Yaml[] = [];
  for (;;) {
    const line = lines[0];
    if (line === undefined || line.indent !== indent || !isItem(line.text)) return items;
    const rest = line.text.slice(1).trimStart();
    if (rest === "") {
      lines.shift();
      items.push(nested(lines, indent + 1, line));
    } else if (splitKey(rest) === undefined) {
      lines.shift();
      items.push(scalar(rest, line.number));
    } else {
      // `- key: value`: a mapping that begins where its first key stands.
      const inner = indent + line.text.length - rest.length;
      lines[0] = { indent: inner, text: rest, number: line.number };
      items.push(mapping(lines, inner));
    }
  }
}

function mapping(lines: Line[], indent: number): { [key: string]: Yaml } {
  const entries = new Map<string, Yaml>();
  for (;;) {
    const line = lines[0];
    if (line === undefined || line.indent !== indent || isItem(line.text)) break;
    const split = splitKey(line.text);
    if (split === undefined || entries.has(split.key)) throw unreadable(line.number);
    lines.shift();
    // A list may stand under its key without being indented.
    const isFlatList = split.rest === "" && lines[0]?.indent === indent && isItem(lines[0].text);
    const value =
      split.rest !== "" ? scalar(split.rest, line.number) : nested(lines, isFlatList ? indent : indent + 1, line);
    entries.set(split.key, value);
  }
  return Object.fromEntries(entries);
}

function nested(lines: Line[], minIndent: number, parent: Line): Yaml {
  const next = lines[0];
  if (next === undefined || next.indent < minIndent) return null;
  if (next.indent <= parent.indent && !isItem(next.text)) return null;
  return block(lines, next.indent);
}

function isItem(text: string): boolean {
  return text === "-" || text.startsWith("- ");
}

function splitKey(text: string): { key: string; rest: string } | undefined {
  const match = /^("[^"\\]*"|'[^']*'|[A-Za-z_./][^:#"'{}[\],&*!|>%@`]*):(?:\s+(.*))?$/.exec(text);
  if (match === null) return undefined;
  const rest = match[2] ?? "";
  return { key: match[1]!.replace(/^(["'])(.*)\1$/, "$2"), rest: rest.startsWith("#") ? "" : rest };
}

function scalar(text: string, line: number): Yaml {
  const quoted = /^(?:"([^"\\]*)"|'((?:[^']|'')*)')\s*(?:#.*)?$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2]!.replaceAll("''", "'");
  const plain = text.replace(/\s+#.*$/, "").trim();
  if (plain === "{}") return {};
  if (plain === "[]") return [];
  if (/^(["'{}[\],&*!|>%@`?]|- )/.test(plain) || /:\s/.test(plain)) throw unreadable(line);
  if (plain === "true") return true;
  if (plain === "false") return false;
  if (plain === "null" || plain === "~") return null;
  return plain;
}

function unreadable(line: number): Error {
  return new Error(`line ${line} is YAML of a kind that is not read here; write the file as JSON`);
}
