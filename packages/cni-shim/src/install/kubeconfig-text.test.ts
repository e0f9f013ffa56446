import { expect, test } from "vitest";
import { readKubeconfig } from "../kube/kubeconfig.js";
import { kubeconfigText } from "./kubeconfig-text.js";

const account = { token: "a-token\n", ca: "a certificate\n" };

test.each([
  [{ KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "6443" }, "https://10.0.0.1:6443"],
  [{ KUBERNETES_SERVICE_HOST: "fd00::1" }, "https://[fd00::1]:443"],
])("the plugin reads from it what the pod had: %j", (env, server) => {
  expect(readKubeconfig("/k", () => kubeconfigText(account, env))).toEqual({
    server,
    tls: { ca: "a certificate\n" },
    token: "a-token",
  });
});

test("outside of a pod it says what is missing", () => {
  expect(() => kubeconfigText(account, {})).toThrow(/KUBERNETES_SERVICE_HOST is needed/);
});
