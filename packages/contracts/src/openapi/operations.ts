import type { SchemaName } from "./schemas.js";

/** One way to call the API. `body` and `answer` name schemas. */
export interface Operation {
  method: "get" | "post" | "put" | "patch" | "delete";
  path: string;
  id: string;
  tag: string;
  summary: string;
  body?: SchemaName | "MergePatch" | "Manifests" | "RunOrScenario";
  answer?: SchemaName;
  /** Media type of an answer that is no JSON. */
  media?: string;
  status?: 200 | 201;
  query?: readonly string[];
  /** Takes `If-Match`. */
  isConditional?: boolean;
}

const LIST_QUERY = ["labelSelector", "limit", "continue"];

export const OPERATIONS: readonly Operation[] = [
  ...resource("pods", "Pod"),
  ...resource("links", "Link"),
  ...resource("faults", "Fault"),
  ...resource("scenarios", "Scenario"),
  ...resource("runs", "Run").filter(({ method }) => method === "get" || method === "delete"),
  {
    method: "post",
    path: "/api/v1/namespaces/{namespace}/runs",
    id: "createRun",
    tag: "runs",
    summary: "Runs a scenario: a kept one by its name, or the one in the body; everything is checked before it begins",
    body: "RunOrScenario",
    answer: "Run",
    status: 201,
    query: ["dryRun", "seed", "name"],
  },
  post("runs", "Run", "cancel", "Ends a run: it is torn down, and what it changed is put back"),
  ofRun("series", "getRunSeries", "Reads what a run's probes saw over time", { answer: "RunSeries" }),
  ofRun("report", "getRunReport", "Reads a run's report, one page that needs nothing else; beside an earlier run's", {
    media: "text/html",
    query: ["with"],
  }),
  ofRun("junit", "getRunJunit", "Reads a run's outcome as JUnit XML", { media: "application/xml" }),
  ofRun("compare", "compareRuns", "Shows a run beside an earlier one", { answer: "RunComparison", query: ["with"] }),
  post("faults", "Fault", "heal", "Ends a fault now; it stays readable for a while"),
  {
    method: "post",
    path: "/api/v1/namespaces/{namespace}/heal",
    id: "heal",
    tag: "faults",
    summary: "Ends every fault of a namespace at once",
    answer: "HealResult",
  },
  {
    method: "post",
    path: "/api/v1/heal",
    id: "healEverything",
    tag: "faults",
    summary: "Ends every fault of every namespace at once",
    answer: "HealResult",
  },
  post(
    "links",
    "Link",
    "reroute",
    "Moves one end: the old end goes and the new one comes, or nothing changes",
    "RerouteRequest",
  ),
  {
    method: "get",
    path: "/api/v1/namespaces/{namespace}/links/{name}/telemetry",
    id: "getLinkTelemetry",
    tag: "links",
    summary:
      "Reads what a link carried, how long echoes over it took, and its carrier changes, by the second for the last 15 minutes and by ten for a day; asking makes its nodes measure each second for a while",
    answer: "LinkTelemetry",
    query: ["seconds", "step"],
  },
  post("pods", "Pod", "kill", "Ends a managed pod: its namespace and programs go, and it stays Gone until restarted"),
  post("pods", "Pod", "restart", "Gives a managed pod a fresh namespace"),
  {
    method: "post",
    path: "/api/v1/namespaces/{namespace}/pods/{name}/ping",
    id: "pingFromPod",
    tag: "pods",
    summary: "Sends ICMP echo requests from inside a pod to an address or another pod",
    body: "PingRequest",
    answer: "PingResult",
  },
  {
    method: "post",
    path: "/api/v1/namespaces/{namespace}/pods/{name}/trace",
    id: "traceFromPod",
    tag: "pods",
    summary: "Finds the routers between a pod and an address or another pod",
    body: "TraceRequest",
    answer: "TraceResult",
  },
  {
    method: "get",
    path: "/api/v1/nodes",
    id: "listNodes",
    tag: "nodes",
    summary: "Lists nodes",
    answer: "NodeList",
    query: LIST_QUERY,
  },
  { method: "get", path: "/api/v1/nodes/{name}", id: "getNode", tag: "nodes", summary: "Reads a node", answer: "Node" },
  {
    method: "delete",
    path: "/api/v1/nodes/{name}",
    id: "deleteNode",
    tag: "nodes",
    summary: "Forgets a node whose agent is away",
    answer: "Node",
    isConditional: true,
  },
  {
    method: "get",
    path: "/api/v1/session",
    id: "getSession",
    tag: "session",
    summary: "Says whether this API wants a token, and whether this browser has shown one; open to all",
    answer: "Session",
  },
  {
    method: "post",
    path: "/api/v1/session",
    id: "beginSession",
    tag: "session",
    summary: "Takes the operator's token and sets a cookie that scripts cannot read; open to all",
    body: "SessionRequest",
    answer: "Session",
  },
  {
    method: "delete",
    path: "/api/v1/session",
    id: "endSession",
    tag: "session",
    summary: "Takes the cookie away; open to all",
    answer: "Session",
  },
  {
    method: "get",
    path: "/api/v1/namespaces",
    id: "listNamespaces",
    tag: "namespaces",
    summary: "Lists namespaces in use",
    answer: "NamespaceList",
  },
  {
    method: "get",
    path: "/api/v1/namespaces/{namespace}/topology",
    id: "getTopology",
    tag: "namespaces",
    summary: "Reads nodes, pods and links with status, all of one revision",
    answer: "Topology",
  },
  {
    method: "get",
    path: "/api/v1/namespaces/{namespace}/events",
    id: "listEvents",
    tag: "namespaces",
    summary: "Lists recent events, newest first",
    answer: "EventList",
    query: ["limit"],
  },
  {
    method: "get",
    path: "/api/v1/namespaces/{namespace}/layout",
    id: "getLayout",
    tag: "namespaces",
    summary: "Reads where things stand on the page",
    answer: "Layout",
  },
  {
    method: "put",
    path: "/api/v1/namespaces/{namespace}/layout",
    id: "putLayout",
    tag: "namespaces",
    summary: "Saves where things stand on the page, for everyone",
    body: "Layout",
    answer: "Layout",
  },
  {
    method: "get",
    path: "/api/v1/namespaces/{namespace}/pools",
    id: "getPools",
    tag: "namespaces",
    summary: "Reads what automatic addresses of a namespace are taken from, and how much of it is used",
    answer: "Pools",
  },
  {
    method: "put",
    path: "/api/v1/namespaces/{namespace}/pools",
    id: "putPools",
    tag: "namespaces",
    summary: "Gives a namespace pools of its own; refused while a link has an address outside of them",
    body: "PoolsInput",
    answer: "Pools",
  },
  {
    method: "post",
    path: "/api/v1/apply",
    id: "apply",
    tag: "apply",
    summary: "Brings many objects to what the request says, whole or not at all",
    body: "Manifests",
    answer: "ApplyResult",
    query: ["dryRun", "prune", "namespace"],
  },
  {
    method: "get",
    path: "/api/v1/backup",
    id: "takeBackup",
    tag: "backup",
    summary: "Answers everything that is asked for and given out, of one revision",
    answer: "Backup",
  },
  {
    method: "post",
    path: "/api/v1/restore",
    id: "restoreBackup",
    tag: "backup",
    summary: "Brings a backup back into an installation that nothing was asked of yet, whole or not at all",
    body: "Backup",
    answer: "RestoreResult",
  },
  {
    method: "get",
    path: "/api/v1/doctor",
    id: "examine",
    tag: "doctor",
    summary: "Compares store, allocations and the kernels of all nodes, and says what is wrong",
    answer: "DoctorReport",
  },
  {
    method: "post",
    path: "/api/v1/doctor",
    id: "mend",
    tag: "doctor",
    summary: "Mends what can be mended, and says what was and what still is wrong",
    answer: "DoctorReport",
  },
  {
    method: "get",
    path: "/api/v1/changes",
    id: "listChanges",
    tag: "changes",
    summary: "Lists accepted changes, newest first",
    answer: "ChangeList",
    query: ["namespace", "kind", "name", "limit", "continue"],
  },
  {
    method: "get",
    path: "/api/v1/changes/{id}",
    id: "getChange",
    tag: "changes",
    summary: "Reads a change",
    answer: "Change",
  },
  {
    method: "post",
    path: "/api/v1/changes/{id}/revert",
    id: "revertChange",
    tag: "changes",
    summary: "Takes a change back, and answers the change that did it",
    answer: "Change",
  },
];

function ofRun(what: string, id: string, summary: string, more: Partial<Operation>): Operation {
  return {
    method: "get",
    path: `/api/v1/namespaces/{namespace}/runs/{name}/${what}`,
    id,
    tag: "runs",
    summary,
    ...more,
  };
}

type Resource = ["pods", "Pod"] | ["links", "Link"] | ["faults", "Fault"] | ["scenarios", "Scenario"] | ["runs", "Run"];

function resource(...[plural, kind]: Resource): Operation[] {
  const all = `/api/v1/namespaces/{namespace}/${plural}`;
  const one = `${all}/{name}`;
  const common = { tag: plural, answer: kind } as const;
  return [
    {
      ...common,
      method: "get",
      path: all,
      id: `list${kind}s`,
      summary: `Lists ${plural} by name`,
      answer: `${kind}List`,
      query: LIST_QUERY,
    },
    {
      ...common,
      method: "post",
      path: all,
      id: `create${kind}`,
      summary: `Creates a ${kind}`,
      body: `${kind}Input`,
      status: 201,
    },
    { ...common, method: "get", path: one, id: `get${kind}`, summary: `Reads a ${kind}` },
    {
      ...common,
      method: "put",
      path: one,
      id: `replace${kind}`,
      summary: `Replaces a ${kind}`,
      body: `${kind}Input`,
      isConditional: true,
    },
    {
      ...common,
      method: "patch",
      path: one,
      id: `patch${kind}`,
      summary: `Changes a ${kind} (RFC 7396)`,
      body: "MergePatch",
      isConditional: true,
    },
    { ...common, method: "delete", path: one, id: `delete${kind}`, summary: `Deletes a ${kind}`, isConditional: true },
  ];
}

function post(
  plural: string,
  kind: "Pod" | "Link" | "Fault" | "Run",
  verb: string,
  summary: string,
  body?: SchemaName,
): Operation {
  return {
    method: "post",
    path: `/api/v1/namespaces/{namespace}/${plural}/{name}/${verb}`,
    id: `${verb}${kind}`,
    tag: plural,
    summary,
    answer: kind,
    isConditional: true,
    ...(body === undefined ? {} : { body }),
  };
}
