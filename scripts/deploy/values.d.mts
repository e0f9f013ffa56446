// biome-ignore lint/suspicious/noExplicitAny: what values.yaml says
export function defaultValues(version: string): any;
