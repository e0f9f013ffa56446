import type { LabImage } from "@ratchet/contracts";

/** What of a Kubernetes Pod manifest is kept: who it is, and where it may run. */
export interface PodManifest {
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: { nodeSelector?: Record<string, string> };
}

const DIR = "/run/ratchet";
// FRR and its libraries are the host's; its users and groups too, which it insists on.
const HOST = ["/usr", "/lib", "/lib64", "/etc/passwd", "/etc/group"];

/**
 * Returns the manifest with a container that does what the lab file says an image would do: forwarding, loopbacks,
 * routes, programs. `image` must hold busybox; everything else is mounted from the host, read-only.
 */
export function kubePod(manifest: PodManifest, lab: LabImage | undefined, image: string): object {
  const { name, namespace, labels, annotations } = manifest.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: labels ?? {},
      annotations: annotations ?? {},
    },
    spec: {
      ...(manifest.spec?.nodeSelector !== undefined && { nodeSelector: manifest.spec.nodeSelector }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 2,
      securityContext: {
        sysctls: Object.entries(lab?.sysctls ?? {}).map(([key, value]) => ({ name: key, value })),
      },
      containers: [
        {
          name: "main",
          image,
          imagePullPolicy: "Never",
          command: ["/bin/sh", "-c", startScript(lab)],
          securityContext: { capabilities: { add: ["NET_ADMIN", "NET_RAW", "SYS_ADMIN"] } },
          volumeMounts: HOST.map((path, i) => ({ name: `host-${i}`, mountPath: path, readOnly: true })),
        },
      ],
      volumes: HOST.map((path, i) => ({ name: `host-${i}`, hostPath: { path } })),
    },
  };
}

/** The container's program, for busybox's shell. */
export function startScript(lab: LabImage | undefined): string {
  const inDir = (text: string) => text.replaceAll("{dir}", DIR);
  const lines = ["trap 'exit 0' TERM INT", `mkdir -p ${DIR}`, `cd ${DIR}`];
  for (const address of lab?.loopback ?? []) lines.push(`ip address add ${quote(address)} dev lo`);
  for (const route of lab?.routes ?? []) {
    const via = route.via === undefined ? [] : ["via", route.via];
    const words = ["ip", "route", "replace", route.to, ...via, "dev", route.interface].map(quote).join(" ");
    // The wire may come after the container.
    lines.push(`(until ${words} 2>/dev/null; do sleep 0.05; done) &`);
  }
  for (const argv of lab?.setup ?? []) lines.push(argv.map(inDir).map(quote).join(" "));
  for (const program of lab?.programs ?? []) {
    for (const [file, content] of Object.entries(program.files ?? {})) {
      const encoded = Buffer.from(inDir(content)).toString("base64");
      lines.push(`echo ${encoded} | base64 -d > ${quote(file)}`);
    }
    lines.push(`(exec ${program.argv.map(inDir).map(quote).join(" ")}) &`);
  }
  lines.push("while :; do sleep 3600 & wait $!; done");
  return lines.join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
