import type { FieldError, LinkSpec, PodSpec } from "@ratchet/contracts";

/** What of a valid spec is not built yet: refused, never ignored. */
export function unsupportedInLink(spec: LinkSpec): FieldError[] {
  const errors: FieldError[] = [];
  const add = (field: string, message: string) => errors.push({ field, message, code: "Unsupported" });
  for (const [index, end] of spec.endpoints.entries()) {
    const at = `spec.endpoints[${index}]`;
    if (!("pod" in end || "podSelector" in end)) {
      const form = ["node", "vtep", "parent"].find((key) => key in end) ?? "this form";
      add(
        `${at}.${form}`,
        "is not built yet: name a pod with {pod, interface}, or choose one by {podSelector, interface}",
      );
      continue;
    }
    if (end.mirrorFrom !== undefined) add(`${at}.mirrorFrom`, "is not built yet: leave it out");
    if (end.mirrorTo !== undefined) add(`${at}.mirrorTo`, "is not built yet: leave it out");
  }
  if (spec.wiring === "direct") add("spec.wiring", "direct is not built yet: use patched");
  return errors;
}

const UNBUILT_IN_REROUTE = ["node", "vtep", "parent", "mirrorFrom", "mirrorTo"];

/** The same for a body that asks for a re-route, before it is read. */
export function unsupportedInReroute(body: unknown): FieldError[] {
  const to = typeof body === "object" && body !== null && "to" in body ? body.to : undefined;
  if (typeof to !== "object" || to === null) return [];
  return UNBUILT_IN_REROUTE.filter((key) => Object.hasOwn(to, key)).map((key) => ({
    field: `to.${key}`,
    message: "is not built yet: name a pod with {pod, interface}",
    code: "Unsupported",
  }));
}

export function unsupportedInPod(spec: PodSpec, isFromKubernetes: boolean): FieldError[] {
  if (spec.sandbox !== undefined && "cni" in spec.sandbox && !isFromKubernetes) {
    const message = "is written by the control plane for Kubernetes pods: leave it out";
    return [{ field: "spec.sandbox.cni", message, code: "Unsupported" }];
  }
  if (spec.sandbox === undefined || !("container" in spec.sandbox)) return [];
  return [
    {
      field: "spec.sandbox.container",
      message: "is not built yet: name its namespace with {netns}, {path} or {pid}, or use {managed: true}",
      code: "Unsupported",
    },
  ];
}
