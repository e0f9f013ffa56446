/** The part of a pino logger that is used: an object of facts, then a sentence. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** For tests that do not read logs. */
export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
