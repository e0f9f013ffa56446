import { EVENT_ID, type Event, getScalarValue, parseEvents } from "js-yaml";

const MAX_DEPTH = 100;

/**
 * Where the parts of the first YAML document are: from a field as `spec.steps[2].cut` to its line, from 1. What is not
 * in the text is where its nearest ancestor is. The text has been read before: it is YAML.
 */
export function linesOf(text: string): (field: string) => number {
  const starts = new Map<string, number>();
  new Walk(text, parseEvents(text, { maxDepth: MAX_DEPTH }), starts).document();
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  return (field) => {
    for (let path = field; ; path = parentOf(path)) {
      const start = starts.get(path);
      if (start !== undefined) return lineAt(start);
      if (path === "") return 1;
    }
  };
}

function parentOf(field: string): string {
  return field.slice(0, Math.max(0, field.lastIndexOf("."), field.lastIndexOf("[")));
}

class Walk {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #starts: Map<string, number>;
  #at = 0;

  constructor(text: string, events: readonly Event[], starts: Map<string, number>) {
    this.#text = text;
    this.#events = events;
    this.#starts = starts;
  }

  document(): void {
    this.#at++;
    this.#value("", undefined);
  }

  /** `keyStart`: of the key that a value stands behind, which is the line people look at. */
  #value(path: string, keyStart: number | undefined): void {
    const event = this.#events[this.#at++];
    if (event === undefined || event.type === EVENT_ID.POP) return;
    const start = keyStart ?? startOf(event);
    if (start !== undefined) this.#starts.set(path, start);
    if (event.type === EVENT_ID.SEQUENCE) {
      for (let index = 0; this.#isInside(); index++) this.#value(`${path}[${index}]`, undefined);
      this.#at++;
    } else if (event.type === EVENT_ID.MAPPING) {
      while (this.#isInside()) {
        const key = this.#events[this.#at] as Event;
        const name = key.type === EVENT_ID.SCALAR ? getScalarValue(this.#text, key) : "";
        this.#value(`${path}\u0000`, undefined);
        this.#value(path === "" ? name : `${path}.${name}`, startOf(key));
      }
      this.#at++;
    }
  }

  #isInside(): boolean {
    const event = this.#events[this.#at];
    return event !== undefined && event.type !== EVENT_ID.POP;
  }
}

function startOf(event: Event): number | undefined {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  return event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING ? event.start : undefined;
}
