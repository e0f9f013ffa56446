import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { root } from "../setup/paths.mjs";
import { chartTemplate, manifest, yaml } from "./render.mjs";
import { defaultValues } from "./values.mjs";

const NAMESPACE = "ratchet-system";
const MADE = "# Made by `npm run deploy-files` from scripts/deploy: change it there.\n";

/** Every generated file below deploy/, by path: manifests for kubectl and a chart for Helm, from the same objects. */
export function deployFiles() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const values = defaultValues(version);
  const objects = (part) => manifest(part, values, NAMESPACE);
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
  };
  const chart = {
    apiVersion: "v2",
    name: "ratchet",
    description: "A link control plane for containers",
    type: "application",
    version,
    appVersion: version,
    kubeVersion: ">=1.30.0-0",
  };
  const template = (part) => MADE + chartTemplate(part);
  return {
    "deploy/kubernetes/ratchet.yaml": MADE + yaml([namespace, ...["access", "api", "agent"].flatMap(objects)]),
    "deploy/kubernetes/uninstall.yaml": MADE + yaml(objects("uninstall")),
    "deploy/helm/ratchet/Chart.yaml": MADE + stringify(chart),
    "deploy/helm/ratchet/values.yaml": MADE + stringify(values, { lineWidth: 0 }),
    "deploy/helm/ratchet/templates/access.yaml": template("access"),
    "deploy/helm/ratchet/templates/api.yaml": template("api"),
    "deploy/helm/ratchet/templates/agent.yaml": template("agent"),
  };
}
