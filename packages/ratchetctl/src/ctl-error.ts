/** Refused or failed: exit code 1. `UsageError` is the caller's slip: exit code 2. */
export class CtlError extends Error {}

export class UsageError extends CtlError {}
