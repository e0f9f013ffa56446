import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Identity {
  user: string;
  groups: readonly string[];
  token: string;
}

/** Somebody who speaks to the API server, known by a token of this cluster. */
export function identity(user: string, ...groups: string[]): Identity {
  return { user, groups, token: randomBytes(16).toString("hex") };
}

/** kube-apiserver's `--token-auth-file`. */
export function tokenFile(identities: readonly Identity[]): string {
  return identities.map(({ token, user, groups }) => `${token},${user},${user},"${groups.join(",")}"\n`).join("");
}

/** Writes a kubeconfig for one identity; its path. */
export function writeKubeconfig(folder: string, name: string, who: Identity, server: string, caFile: string): string {
  const path = join(folder, `${name}.kubeconfig`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "test", cluster: { server, "certificate-authority-data": readFileSync(caFile).toString("base64") } },
    ],
    users: [{ name: who.user, user: { token: who.token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: who.user } }],
    "current-context": "test",
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}
