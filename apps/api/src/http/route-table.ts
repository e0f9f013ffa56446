/** Which methods each path has, for 405 and OPTIONS; fed by the router's own registrations. */
export class RouteTable {
  readonly #patterns: { pattern: RegExp; methods: Set<string> }[] = [];
  readonly #known = new Map<string, Set<string>>();

  add(url: string, methods: readonly string[]): void {
    let known = this.#known.get(url);
    if (known === undefined) {
      known = new Set();
      this.#known.set(url, known);
      this.#patterns.push({ pattern: patternOf(url), methods: known });
    }
    for (const method of methods) known.add(method);
  }

  /** Sorted; empty when there is no such path. */
  methodsOf(path: string): string[] {
    const found = new Set<string>();
    for (const { pattern, methods } of this.#patterns) {
      if (pattern.test(path)) for (const method of methods) found.add(method);
    }
    if (found.size > 0) found.add("OPTIONS");
    return [...found].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) => (part.startsWith(":") ? "[^/]+" : part === "*" ? ".*" : escaped(part)));
  return new RegExp(`^${parts.join("/")}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
