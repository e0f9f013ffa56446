/** Progress of the set-up: on stderr, so that what a command prints stays its own. */
export function say(line) {
  process.stderr.write(`ratchet: ${line}\n`);
}

/** A mistake or a lack that its reader can mend: printed without a stack. */
export class SetupError extends Error {
  constructor(message, remedy) {
    super(remedy === undefined ? message : `${message}\n  ${remedy}`);
    this.name = "SetupError";
  }
}
