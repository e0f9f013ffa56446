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
  Run,
  RunComparison,
  RunSeries,
  Scenario,
} from "@ratchet/contracts";
import { problemOf } from "./problem-error.js";
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
  telemetry: (namespace: string, link: string, seconds: number, step?: 1 | 10) =>
    request<LinkTelemetry>(
      "GET",
      `${objectPath(namespace, "links", link)}/telemetry?seconds=${seconds}${step === undefined ? "" : `&step=${step}`}`,
    ),
  scenarios: (namespace: string) => request<List<Scenario>>("GET", objectPath(namespace, "scenarios")),
  deleteScenario: (namespace: string, name: string) =>
    request<Scenario>("DELETE", objectPath(namespace, "scenarios", name)),
  runs: (namespace: string) => request<List<Run>>("GET", `${objectPath(namespace, "runs")}?limit=200`),
  runScenario: (namespace: string, scenario: string) =>
    request<Run>("POST", objectPath(namespace, "runs"), { spec: { scenario } }),
  runText: (namespace: string, yaml: string) => request<Run>("POST", objectPath(namespace, "runs"), new YamlText(yaml)),
  checkRun: (namespace: string, yaml: string, signal: AbortSignal) =>
    request<Run>("POST", `${objectPath(namespace, "runs")}?dryRun=true`, new YamlText(yaml), { signal }),
  cancelRun: (namespace: string, name: string) => request<Run>("POST", `${objectPath(namespace, "runs", name)}/cancel`),
  deleteRun: (namespace: string, name: string) => request<Run>("DELETE", objectPath(namespace, "runs", name)),
  runSeries: (namespace: string, name: string) =>
    request<RunSeries>("GET", `${objectPath(namespace, "runs", name)}/series`),
  /** A page of HTML that needs nothing else. */
  report: async (namespace: string, name: string): Promise<string> => {
    const response = await fetch(reportPath(namespace, name), { headers: { accept: "text/html" } });
    if (!response.ok) throw await problemOf(response);
    return response.text();
  },
  compareRuns: (namespace: string, name: string, other: string) =>
    request<RunComparison>(
      "GET",
      `${objectPath(namespace, "runs", name)}/compare?${new URLSearchParams({ with: other })}`,
    ),
  revert: (id: string) => request<unknown>("POST", `/changes/${encodeURIComponent(id)}/revert`),
  putLayout: (namespace: string, layout: Layout) =>
    request<Layout>("PUT", `/namespaces/${encodeURIComponent(namespace)}/layout`, layout),
  getLayout: (namespace: string) => request<Layout>("GET", `/namespaces/${encodeURIComponent(namespace)}/layout`),
  namespaces: () => request<{ items: { metadata: { name: string } }[] }>("GET", "/namespaces"),
  apply: (namespace: string, yaml: string) =>
    request<ApplyResult>("POST", `/apply?${new URLSearchParams({ namespace })}`, new YamlText(yaml)),
  changes: (query: Record<string, string>) => request<List<Change>>("GET", `/changes?${new URLSearchParams(query)}`),
} satisfies Record<string, (...args: never[]) => Promise<Answer<unknown> | string>>;

/** Where a run's report is. */
export const reportPath = (namespace: string, name: string) => `/api/v1${objectPath(namespace, "runs", name)}/report`;
