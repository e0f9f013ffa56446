import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HttpsGet } from "../host/host.js";
import { askKubernetes } from "./ask-kubernetes.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-kube-"));
  path = join(folder, "kubeconfig");
  writeKubeconfig({ token: "secret" });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeKubeconfig(user: object) {
  const cluster = { server: "https://10.0.0.1:6443/", "certificate-authority": "ca.pem" };
  writeFileSync(join(folder, "ca.pem"), "PEM");
  const config = {
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    "current-context": "c",
  };
  writeFileSync(path, JSON.stringify(config));
}

const pod = { namespace: "default", name: "p1", uid: "u1" };
const options = { useLabels: true, timeoutMs: 2000 };
const answer =
  (metadata: object, status = 200): HttpsGet =>
  async () => ({ status, text: JSON.stringify({ kind: "Pod", metadata: { uid: "u1", ...metadata } }) });

test.each([
  ["by its label", { labels: { ratchet: "true" } }, true],
  ["not by another value of the label", { labels: { ratchet: "false" } }, false],
  ["by the annotation", { annotations: { "ratchet.network/links": "[]" } }, true],
  ["not without either", {}, false],
  ["unknown when it is another pod of that name", { uid: "u0", labels: { ratchet: "true" } }, undefined],
  [
    "by the label of a static pod's mirror",
    { uid: "u0", annotations: { "kubernetes.io/config.hash": "u1" }, labels: { ratchet: "true" } },
    true,
  ],
])("a pod is Ratchet's %s", async (_, metadata, expected) => {
  expect(await askKubernetes(answer(metadata), path, pod, options)).toBe(expected);
});

test("labels do not count with use_labels: false", async () => {
  const ask = answer({ labels: { ratchet: "true" } });
  expect(await askKubernetes(ask, path, pod, { ...options, useLabels: false })).toBe(false);
});

test("asks for one pod, with the kubeconfig's token and certificate authority", async () => {
  let asked: unknown;
  await askKubernetes(
    async (request) => {
      asked = request;
      return { status: 404, text: "" };
    },
    path,
    pod,
    options,
  );
  expect(asked).toEqual({
    url: "https://10.0.0.1:6443/api/v1/namespaces/default/pods/p1",
    headers: { accept: "application/json", authorization: "Bearer secret" },
    tls: { ca: "PEM" },
    timeoutMs: 2000,
  });
});

test.each([401, 403, 500])("status %i is no answer", async (status) => {
  await expect(askKubernetes(answer({}, status), path, pod, options)).rejects.toThrow(`${status}`);
});

test("a user that logs in by a program cannot be used", async () => {
  writeKubeconfig({ exec: { command: "aws" } });
  await expect(askKubernetes(answer({}), path, pod, options)).rejects.toThrow("client certificate");
});
