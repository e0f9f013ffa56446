import { fromField, hostPath, KUBE_ACCESS, KUBE_ACCESS_MOUNT, LABELS } from "./pod-parts.mjs";

const labels = { ...LABELS, "app.kubernetes.io/component": "agent" };
const PROGRAM = ["/usr/bin/node", "/opt/ratchet/packages/netcore/dist/agent/main.js"];
const ASK_STATUS =
  "require('http').get({socketPath:'/run/ratchet/cni.sock',path:'/v1/status'},(r)=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))";

/** One agent on each node, and the CNI plugin that it puts there. */
export function agentObjects({ namespace, value, json }) {
  const name = value("agent.name");
  const selector = { ...labels, "ratchet.network/agent": name };
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace, labels },
      data: { "cni.json": json("cni.conf") },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: selector },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
        template: { metadata: { labels: selector }, spec: podSpec(value) },
      },
    },
  ];
}

function podSpec(value) {
  const image = { image: value("images.agent"), imagePullPolicy: value("images.pullPolicy") };
  return {
    ...common(value),
    initContainers: [
      panelContainer(image, value),
      {
        name: "install-cni",
        ...image,
        command: ["/opt/ratchet/bin/ratchet", "install"],
        args: [
          "--conf=/etc/ratchet/cni/cni.json",
          "--bin-dir=/host/cni/bin",
          "--conf-dir=/host/cni/conf",
          `--conf-name=${value("cni.confName")}`,
          "--kubeconfig=/host/cni/conf/ratchet.kubeconfig",
          "--service-account=/etc/ratchet/shim",
        ].flatMap((flag) => flag.split(/=(.*)/s).slice(0, 2)),
        envFrom: moreEnv(value),
        securityContext: plain(["DAC_OVERRIDE"]),
        resources: value("agent.resources"),
        volumeMounts: [
          { name: "cni-bin", mountPath: "/host/cni/bin" },
          { name: "cni-conf", mountPath: "/host/cni/conf" },
          { name: "cni", mountPath: "/etc/ratchet/cni", readOnly: true },
          { name: "shim", mountPath: "/etc/ratchet/shim", readOnly: true },
        ],
      },
    ],
    containers: [
      {
        name: "agent",
        ...image,
        args: [
          "--node=$(NODE_NAME)",
          "--vtep=$(HOST_IP)",
          "--api-ca=/etc/ratchet/ca/ca.crt",
          "--token-file=/etc/ratchet/token",
          "--data=/var/lib/ratchet",
          `--installation=${value("agent.installation")}`,
          `--panel=${value("agent.panel")}`,
          `--netns-prefix=${value("agent.installation")}`,
          `--vxlan-port=${value("agent.vxlanPort")}`,
          "--cni-socket=/run/ratchet/cni.sock",
          "--cni-state=/var/lib/ratchet/cni",
          "--kubeconfig=in-cluster",
          `--api=${value("agent.api")}`,
        ],
        env: [
          fromField("NODE_NAME", "spec.nodeName"),
          fromField("HOST_IP", "status.hostIP"),
          // A container's own is read-only.
          { name: "RATCHET_PROC_SYS", value: "/host/proc/sys" },
        ],
        envFrom: moreEnv(value),
        startupProbe: asked({ periodSeconds: 2, failureThreshold: 60 }),
        livenessProbe: asked({ periodSeconds: 30, failureThreshold: 4 }),
        readinessProbe: asked({ periodSeconds: 15, failureThreshold: 2 }),
        resources: value("agent.resources"),
        // Namespaces (SYS_ADMIN), their interfaces (NET_ADMIN), announcements and measurements (NET_RAW), and being told of
        // what happens in pods (NET_BROADCAST, netlink(7) on NETLINK_LISTEN_ALL_NSID). Impaired frames are in time on a busy
        // node (SYS_NICE).
        securityContext: {
          ...plain(["NET_ADMIN", "NET_BROADCAST", "NET_RAW", "SYS_ADMIN", "SYS_NICE"]),
          appArmorProfile: { type: "Unconfined" },
        },
        volumeMounts: [
          { name: "netns", mountPath: "/run/netns", mountPropagation: "HostToContainer" },
          { name: "pod-netns", mountPath: value("host.podNetns"), mountPropagation: "HostToContainer" },
          { name: "proc-sys", mountPath: "/host/proc/sys" },
          { name: "tun", mountPath: "/dev/net" },
          { name: "run", mountPath: "/run/ratchet" },
          { name: "state", mountPath: "/var/lib/ratchet" },
          { name: "ca", mountPath: "/etc/ratchet/ca", readOnly: true },
          // Of all join tokens this node's own is what its agent gets to see.
          { name: "tokens", mountPath: "/etc/ratchet/token", subPathExpr: "$(NODE_NAME)", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
          KUBE_ACCESS_MOUNT,
        ],
      },
    ],
    volumes: [
      ...sharedVolumes(value),
      hostPath("pod-netns", value("host.podNetns")),
      hostPath("proc-sys", "/proc/sys", "Directory"),
      hostPath("tun", "/dev/net", "DirectoryOrCreate"),
      { name: "cni", configMap: { name: value("agent.name") } },
      { name: "shim", secret: { secretName: "ratchet-shim", defaultMode: 0o400 } },
      { name: "ca", configMap: { name: "ratchet-ca" } },
      { name: "tokens", secret: { secretName: "ratchet-join-tokens", defaultMode: 0o400 } },
      { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
      KUBE_ACCESS,
    ],
  };
}

/** Takes from every node what agent and installer put there; for the time between removing Ratchet and its images. */
export function uninstallObjects({ namespace, value }) {
  const name = `${value("agent.name")}-uninstall`;
  const selector = { ...LABELS, "app.kubernetes.io/component": "uninstall" };
  const image = { image: value("images.agent"), imagePullPolicy: value("images.pullPolicy") };
  const spec = {
    ...common(value),
    serviceAccountName: "default",
    initContainers: [
      {
        name: "remove-cni",
        ...image,
        command: ["/opt/ratchet/bin/ratchet", "uninstall"],
        args: [
          ...["--bin-dir", "/host/cni/bin", "--conf-dir", "/host/cni/conf", "--conf-name", value("cni.confName")],
          ...["--kubeconfig", "/host/cni/conf/ratchet.kubeconfig"],
        ],
        securityContext: plain(["DAC_OVERRIDE"]),
        volumeMounts: [
          { name: "cni-bin", mountPath: "/host/cni/bin" },
          { name: "cni-conf", mountPath: "/host/cni/conf" },
        ],
      },
      {
        name: "remove-wires",
        ...image,
        command: PROGRAM,
        args: [
          ...["cleanup", "--data=/var/lib/ratchet", `--installation=${value("agent.installation")}`],
          ...[`--panel=${value("agent.panel")}`, `--netns-prefix=${value("agent.installation")}`],
        ],
        securityContext: { privileged: true },
        volumeMounts: [
          { name: "netns", mountPath: "/run/netns", mountPropagation: "Bidirectional" },
          { name: "state", mountPath: "/var/lib/ratchet" },
        ],
      },
    ],
    containers: [
      {
        name: "done",
        ...image,
        command: ["/usr/bin/node", "-e", "process.on('SIGTERM',()=>process.exit());setInterval(()=>{},1e6)"],
        securityContext: plain([]),
      },
    ],
    volumes: sharedVolumes(value),
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, namespace, labels: selector },
      spec: { selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec } },
    },
  ];
}

function common(value) {
  return {
    serviceAccountName: "ratchet-agent",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: true,
    dnsPolicy: "ClusterFirstWithHostNet",
    nodeSelector: value("agent.nodeSelector"),
    tolerations: value("agent.tolerations"),
    priorityClassName: value("agent.priorityClassName"),
    terminationGracePeriodSeconds: 10,
  };
}

/** A mount that reaches the host takes a privileged container: this one makes the panel and ends. */
function panelContainer(image, value) {
  return {
    name: "panel",
    ...image,
    args: ["panel", `--panel=${value("agent.panel")}`],
    securityContext: { privileged: true },
    resources: value("agent.resources"),
    volumeMounts: [{ name: "netns", mountPath: "/run/netns", mountPropagation: "Bidirectional" }],
  };
}

function sharedVolumes(value) {
  return [
    hostPath("netns", "/run/netns"),
    hostPath("run", value("host.run")),
    hostPath("state", value("host.state")),
    hostPath("cni-bin", value("host.cniBin")),
    hostPath("cni-conf", value("host.cniConf")),
  ];
}

/** Settings beside the fixed ones, for who has any: `RATCHET_LABEL`, or where the Kubernetes API is. */
function moreEnv(value) {
  return [{ configMapRef: { name: `${value("agent.name")}-env`, optional: true } }];
}

function plain(capabilities) {
  return {
    runAsUser: 0,
    allowPrivilegeEscalation: capabilities.includes("SYS_ADMIN"),
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], ...(capabilities.length > 0 && { add: capabilities }) },
    seccompProfile: { type: "RuntimeDefault" },
  };
}

function asked(more) {
  return { exec: { command: ["/usr/bin/node", "-e", ASK_STATUS] }, timeoutSeconds: 10, ...more };
}
