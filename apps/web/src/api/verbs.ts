import type {
  ApplyResult,
  Change,
  Fault,
  FaultSpec,
  HealResult,
  Impairment,
  Layout,
  Link,
  LinkTelemetry,
  List,
  PingResult,
  Pod,
  RerouteRequest,
} from "@ratchet/contracts";
import { type Answer, objectPath, request, YamlText } from "./request.js";

/** The API's verbs as the page uses them. Each throws ProblemError when refused. */
export const verbs = {
  createLink: (namespace: string, link: { name: string; spec: object }) =>
    request<Link>("POST", objectPath(namespace, "links"), { metadata: { name: link.name }, spec: link.spec }),
  setLinkState: (namespace: string, name: string, state: "up" | "down") =>
    request<Link>("PATCH", objectPath(namespace, "links", name), { spec: { state } }),
  getLink: (namespace: string, name: string) => request<Link>("GET", objectPath(namespace, "links", name)),
  /** Refused as stale when the link is not of this revision any more: a list is replaced whole. */
  setImpairments: (namespace: string, name: string, impairments: Impairment[], revision: number) =>
    request<Link>(
      "PATCH",
      objectPath(namespace, "links", name),
      { spec: { impairments: impairments.length === 0 ? null : impairments } },
      { ifMatch: revision },
    ),
  deleteLink: (namespace: string, name: string) => request<Link>("DELETE", objectPath(namespace, "links", name)),
  reroute: (namespace: string, name: string, body: RerouteRequest) =>
    request<Link>("POST", `${objectPath(namespace, "links", name)}/reroute`, body),
  createPod: (namespace: string, pod: { name: string; spec: object; labels?: Record<string, string> }) =>
    request<Pod>("POST", objectPath(namespace, "pods"), {
      metadata: { name: pod.name, ...(pod.labels ? { labels: pod.labels } : {}) },
      spec: pod.spec,
    }),
  deletePod: (namespace: string, name: string) => request<Pod>("DELETE", objectPath(namespace, "pods", name)),
  setPodRun: (namespace: string, name: string, verb: "kill" | "restart") =>
    request<Pod>("POST", `${objectPath(namespace, "pods", name)}/${verb}`),
  createFault: (namespace: string, fault: { name: string; spec: FaultSpec }) =>
    request<Fault>("POST", objectPath(namespace, "faults"), { metadata: { name: fault.name }, spec: fault.spec }),
  endFault: (namespace: string, name: string) =>
    request<Fault>("POST", `${objectPath(namespace, "faults", name)}/heal`),
  heal: (namespace: string) => request<HealResult>("POST", `/namespaces/${encodeURIComponent(namespace)}/heal`),
  ping: (namespace: string, pod: string, body: { to: string; count: number; intervalMs: number; waitMs: number }) =>
    request<PingResult>("POST", `${objectPath(namespace, "pods", pod)}/ping`, body),
  telemetry: (namespace: string, link: string, seconds: number) =>
    request<LinkTelemetry>("GET", `${objectPath(namespace, "links", link)}/telemetry?seconds=${seconds}`),
  revert: (id: string) => request<unknown>("POST", `/changes/${encodeURIComponent(id)}/revert`),
  putLayout: (namespace: string, layout: Layout) =>
    request<Layout>("PUT", `/namespaces/${encodeURIComponent(namespace)}/layout`, layout),
  getLayout: (namespace: string) => request<Layout>("GET", `/namespaces/${encodeURIComponent(namespace)}/layout`),
  namespaces: () => request<{ items: { metadata: { name: string } }[] }>("GET", "/namespaces"),
  apply: (namespace: string, yaml: string) =>
    request<ApplyResult>("POST", `/apply?${new URLSearchParams({ namespace })}`, new YamlText(yaml)),
  changes: (query: Record<string, string>) => request<List<Change>>("GET", `/changes?${new URLSearchParams(query)}`),
} satisfies Record<string, (...args: never[]) => Promise<Answer<unknown>>>;
