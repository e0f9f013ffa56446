import { pino } from "pino";
import type { Logger } from "../logger.js";

/** Everything that is logged, as it would stand in the file. */
export class LogLines {
  text = "";
  readonly logger: Logger = pino({ level: "trace", base: null }, { write: (line: string) => void (this.text += line) });
}
