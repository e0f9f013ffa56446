import { LINKS_ANNOTATION } from "@ratchet/contracts/kube-marks";
import { LEGACY_LABELS } from "@ratchet/contracts/legacy-labels";
import type { PodIdentity } from "../config/environment.js";
import { isObject, type JsonObject } from "../config/node-config.js";
import type { HttpsGet } from "../host/host.js";
import { lazyFs } from "../host/lazy-modules.js";
import { readKubeconfig } from "./kubeconfig.js";

/** kubelet gives a static pod the hash of its file as uid; the API's mirror of it carries that here. */
const MIRROR_HASH = "kubernetes.io/config.hash";

/**
 * Asks the API server for the pod. Undefined: it does not know a pod of that name and uid.
 *
 * Throws when the kubeconfig cannot be used or the server does not answer.
 */
export async function askKubernetes(
  https: HttpsGet,
  kubeconfigPath: string,
  pod: PodIdentity,
  options: { readonly useLabels: boolean; readonly timeoutMs: number },
): Promise<boolean | undefined> {
  const access = readKubeconfig(kubeconfigPath, (path) => lazyFs().readFileSync(path, "utf8"));
  const url = `${access.server}/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
  const headers = { accept: "application/json", ...(access.token === undefined ? {} : bearer(access.token)) };
  const { status, text } = await https({ url, headers, tls: access.tls, timeoutMs: options.timeoutMs });
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`the API server answered with ${status}`);
  const metadata = metadataOf(JSON.parse(text));
  if (metadata === undefined) throw new Error("the API server's answer is no pod");
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  const labels = isObject(metadata.labels) ? metadata.labels : {};
  if (pod.uid !== undefined && metadata.uid !== pod.uid && annotations[MIRROR_HASH] !== pod.uid) return undefined;
  return (
    (options.useLabels && labels[LEGACY_LABELS.isRatchet] === "true") || annotations[LINKS_ANNOTATION] !== undefined
  );
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function metadataOf(value: unknown): JsonObject | undefined {
  return isObject(value) && value.kind === "Pod" && isObject(value.metadata) ? value.metadata : undefined;
}
