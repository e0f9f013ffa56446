/** What an agent is told on its command line. */
export interface AgentConfig {
  node: string;
  labels: Record<string, string>;
  /** This node's tunnel address. */
  vtepAddress: string;
  /** Interface the tunnels ride on, in the agent's own namespace. */
  parentInterface: string;
  /** Replicas of the API, in the order they are tried: `unix:PATH` or `http(s)://HOST[:PORT]` each. */
  apis: string[];
  /** PEM of the authority that signed the API's certificate; undefined = those the system trusts. */
  apiCa: string | undefined;
  /** File whose first line is this node's join token. */
  tokenFile: string | undefined;
  /** Private folder: state file, programs' files and output. */
  dataFolder: string;
  installationId: string;
  /** Name of the panel's namespace, as `ip netns` shows it. */
  panelName: string;
  /** Managed pods' namespaces are named `PREFIX.<namespace>.<pod>`. */
  netnsPrefix: string;
  vxlanPort: number;
  /** JSON (`LabImages` in contracts): what the managed pods' container images would do. */
  labFile: string | undefined;
  allowsForeignSandboxes: boolean;
  /** Room for notifications that have not been read yet; when it overflows, everything is read again. */
  eventBufferKib: number;
  /** Unix socket that the CNI executable talks to; undefined = none. */
  cniSocket: string | undefined;
  /** What the CNI executable keeps between its runs: notes of DELs that found no agent. */
  cniState: string;
  /** How to reach Kubernetes, a file or `in-cluster`; undefined = this node's pods are not watched. */
  kubeconfig: string | undefined;
  /** Whether the prototype's labels of Kubernetes pods count, or the annotation alone. */
  usesLabels: boolean;
  /** Seconds between full passes; 0 = none. */
  resyncSeconds: number;
}
