/** What a pod has to reach the Kubernetes API. */
export interface ServiceAccount {
  token: string;
  /** PEM. */
  ca: string;
}

/**
 * A kubeconfig for a plugin that runs outside of any pod (JSON is YAML as well).
 *
 * @throws Error that names the variable that is missing or wrong
 */
export function kubeconfigText(account: ServiceAccount, env: Readonly<Record<string, string | undefined>>): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (host === undefined || host === "") throw new Error("KUBERNETES_SERVICE_HOST is needed: this runs in no pod");
  if (!/^\d{1,5}$/.test(port)) throw new Error("KUBERNETES_SERVICE_PORT is no port");
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const name = "ratchet";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, "certificate-authority-data": base64(account.ca) } }],
    users: [{ name, user: { token: account.token.trim() } }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
