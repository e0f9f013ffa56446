/** Store keys. Everything of Ratchet's lies under one prefix. */
export const KEY_ROOT = "/ratchet/";

export const keys = {
  pods: (namespace?: string) => (namespace === undefined ? `${KEY_ROOT}pods/` : `${KEY_ROOT}pods/${namespace}/`),
  pod: (namespace: string, name: string) => `${KEY_ROOT}pods/${namespace}/${name}`,
  links: (namespace?: string) => (namespace === undefined ? `${KEY_ROOT}links/` : `${KEY_ROOT}links/${namespace}/`),
  link: (namespace: string, name: string) => `${KEY_ROOT}links/${namespace}/${name}`,
  /** The node a pod was put on; apart from the pod, so that the pod's revision does not move. */
  bindings: () => `${KEY_ROOT}bindings/`,
  binding: (namespace: string, pod: string) => `${KEY_ROOT}bindings/${namespace}/${pod}`,
  /** Whether a managed pod shall run, and how often it was killed or restarted. */
  runs: () => `${KEY_ROOT}runs/`,
  run: (namespace: string, pod: string) => `${KEY_ROOT}runs/${namespace}/${pod}`,
  /** Which pods a link's selectors have chosen; apart from the link, so that its revision does not move. */
  choices: () => `${KEY_ROOT}choices/`,
  choice: (namespace: string, link: string) => `${KEY_ROOT}choices/${namespace}/${link}`,
  nodes: () => `${KEY_ROOT}nodes/`,
  node: (name: string) => `${KEY_ROOT}nodes/${name}`,
  /** One per VNI in use or not yet confirmed gone. */
  vnis: () => `${KEY_ROOT}vnis/`,
  vni: (vni: number) => `${KEY_ROOT}vnis/${vni}`,
  /** A claim on a pod's interface by a link: two transactions cannot both take it. */
  ports: () => `${KEY_ROOT}ports/`,
  port: (namespace: string, pod: string, ifName: string) => `${KEY_ROOT}ports/${namespace}/${pod}/${ifName}`,
  /** A claim on an address inside a pod. */
  addresses: () => `${KEY_ROOT}addresses/`,
  address: (namespace: string, pod: string, address: string) => `${KEY_ROOT}addresses/${namespace}/${pod}/${address}`,
  /** Automatic addresses: the /31 or /127 that a link has in its namespace. */
  subnets: () => `${KEY_ROOT}subnets/`,
  subnet: (namespace: string, network: string) => `${KEY_ROOT}subnets/${namespace}/${network}`,
  /** What VNIs and automatic addresses are taken from. */
  pools: () => `${KEY_ROOT}pools/`,
  installationPools: () => `${KEY_ROOT}pools/installation`,
  namespacePools: (namespace: string) => `${KEY_ROOT}pools/namespaces/${namespace}`,
  faults: (namespace?: string) => (namespace === undefined ? `${KEY_ROOT}faults/` : `${KEY_ROOT}faults/${namespace}/`),
  fault: (namespace: string, name: string) => `${KEY_ROOT}faults/${namespace}/${name}`,
  scenarios: (namespace?: string) =>
    namespace === undefined ? `${KEY_ROOT}scenarios/` : `${KEY_ROOT}scenarios/${namespace}/`,
  scenario: (namespace: string, name: string) => `${KEY_ROOT}scenarios/${namespace}/${name}`,
  /** Runs of scenarios; `runs` above are those of pods. */
  scenarioRuns: (namespace?: string) =>
    namespace === undefined ? `${KEY_ROOT}scenario-runs/` : `${KEY_ROOT}scenario-runs/${namespace}/`,
  scenarioRun: (namespace: string, name: string) => `${KEY_ROOT}scenario-runs/${namespace}/${name}`,
  /** What a run's probes saw over time, apart from the run because it is long. */
  scenarioSeries: () => `${KEY_ROOT}scenario-series/`,
  seriesOfRun: (namespace: string, name: string) => `${KEY_ROOT}scenario-series/${namespace}/${name}`,
  /** API replicas, each under its own lease. */
  replicas: () => `${KEY_ROOT}replicas/`,
  replica: (id: string) => `${KEY_ROOT}replicas/${id}`,
  /** Which replica a node's agent is connected to, under that replica's lease. */
  agents: () => `${KEY_ROOT}agents/`,
  agent: (node: string) => `${KEY_ROOT}agents/${node}`,
  /** Held, under its lease, by the replica that does what must happen once. */
  leader: () => `${KEY_ROOT}leader`,
  /** Change records that the history cannot have. */
  setAside: (id = "") => `${KEY_ROOT}set-aside/${id}`,
  outbox: () => `${KEY_ROOT}outbox/`,
  change: (id: string) => `${KEY_ROOT}outbox/${id}`,
} as const;
