const CODES = { green: 32, yellow: 33, red: 31, grey: 90, cyan: 36, bold: 1 } as const;
export type Colour = keyof typeof CODES;

/** Colours a text, or leaves it. */
export type Paint = (colour: Colour | undefined, text: string) => string;

/** Colours for a terminal only, and none where NO_COLOR is set (no-color.org). */
export function paintFor(isTty: boolean, env: NodeJS.ProcessEnv): Paint {
  const isColoured = isTty && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return (colour, text) => (isColoured && colour !== undefined ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text);
}

const PHASE_COLOURS: Record<string, Colour> = {
  Up: "green",
  Ready: "green",
  Pending: "yellow",
  Programming: "yellow",
  Degraded: "yellow",
  Unknown: "yellow",
  Down: "grey",
  Gone: "red",
  Error: "red",
  Passed: "green",
  Failed: "red",
  Cancelled: "yellow",
  Running: "cyan",
  TearingDown: "cyan",
};

export function phaseColour(phase: string): Colour | undefined {
  return PHASE_COLOURS[phase];
}
