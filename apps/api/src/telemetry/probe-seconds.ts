/** Between echoes of a link with addresses that nobody looks at. */
export const DEFAULT_PROBE_SECONDS = 5;
