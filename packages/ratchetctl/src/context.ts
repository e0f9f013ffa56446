import type { ApiClient } from "./api/client.js";
import type { Paint } from "./output/paint.js";

/** Where the command reads and writes: handed in, so that a test needs no process. */
export interface Streams {
  stdin: NodeJS.ReadableStream;
  out: (text: string) => void;
  err: (text: string) => void;
  isOutTty: boolean;
  isErrTty: boolean;
  /** A signal that is aborted at Ctrl+C. */
  interrupt: () => AbortSignal;
}

/** What every verb gets. */
export interface Context {
  api: ApiClient;
  namespace: string;
  isJson: boolean;
  streams: Streams;
  paint: Paint;
  actor: string;
}

/** Prints one line. */
export function line(context: Context, text: string): void {
  context.streams.out(`${text}\n`);
}

export function json(context: Context, value: unknown): void {
  context.streams.out(`${JSON.stringify(value, null, 2)}\n`);
}
