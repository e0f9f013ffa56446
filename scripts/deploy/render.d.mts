export function manifest(
  part: "access" | "api" | "agent" | "uninstall",
  values: object,
  namespace: string,
  // biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes
): any[];
export function chartTemplate(part: "access" | "api" | "agent" | "uninstall"): string;
export function yaml(objects: object[]): string;
