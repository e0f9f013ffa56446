import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestNode } from "./testing/test-node.js";

// An agent that is a process of its own, so that it can be stopped: it takes connections then, and says nothing.
const LISTENER = `require("node:http").createServer((q, r) => r.end("{}")).listen(process.argv[1], () => console.log("up"))`;

let node: TestNode;
let agent: ChildProcess;
let kubernetes: Server;
let kubeconfig: string;
/** `name` to labels. */
let pods: Record<string, Record<string, string>>;

beforeEach(async () => {
  node = new TestNode("silent");
  agent = spawn(process.execPath, ["-e", LISTENER, node.socket], { stdio: ["ignore", "pipe", "inherit"] });
  await once(agent.stdout!, "data");
  agent.kill("SIGSTOP");
  pods = { centosa: { ratchet: "true" }, nginx: {} };
  await startKubernetes();
});

afterEach(async () => {
  agent.kill("SIGKILL");
  kubernetes.closeAllConnections();
  kubernetes.close();
  node.remove();
});

/** What a kube-apiserver answers for one pod, by HTTPS with a certificate of its own and a token. */
async function startKubernetes(): Promise<void> {
  const key = join(node.folder, "key.pem");
  const cert = join(node.folder, "cert.pem");
  const subject = ["-subj", "/CN=kube", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  execFileSync("openssl", [...made, ...subject, "-keyout", key, "-out", cert], { stdio: "pipe" });
  kubernetes = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const name = /^\/api\/v1\/namespaces\/default\/pods\/(.*)$/.exec(request.url ?? "")?.[1] ?? "";
    const isAllowed = request.headers.authorization === "Bearer secret";
    const status = !isAllowed ? 401 : pods[name] === undefined ? 404 : 200;
    const metadata = { namespace: "default", name, uid: `uid-of-${name}`, labels: pods[name] };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ kind: "Pod", metadata }));
  });
  kubernetes.listen(0, "127.0.0.1");
  await once(kubernetes, "listening");
  kubeconfig = join(node.folder, "kubeconfig");
  writeFileSync(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: cert.pem
    server: https://127.0.0.1:${(kubernetes.address() as AddressInfo).port}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ratchet
  name: default
current-context: default
users:
- name: ratchet
  user:
    token: secret
`,
  );
}

async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const startedAtMs = performance.now();
  return [await work, performance.now() - startedAtMs];
}

/** In the machine's own namespace, where the server listens; the delegate here makes no interface in it. */
const run = (command: string, pod: string, netns: string) => {
  const delegate = { name: "lo", type: "loopback" };
  const config = node.config({ kubeconfig, deadline_seconds: 6, delegate });
  return timed(node.shim.run(node.environment(command, pod, netns), config));
};

test("with the agent stopped, Kubernetes says whose pod it is", async () => {
  const netns = node.addNamespace("pod");
  const [ours, oursMs] = await run("ADD", "centosa", netns);
  expect(ours.exitCode, ours.stderr).toBe(1);
  expect(ours.json()).toMatchObject({ code: 11 });
  // The deadline of 6 s and what a busy machine adds.
  expect(oursMs).toBeLessThan(8000);

  const [other, otherMs] = await run("ADD", "nginx", netns);
  expect(other.exitCode, other.stderr + other.stdout).toBe(0);
  expect(other.stderr).not.toContain("asking Kubernetes");
  expect(otherMs).toBeLessThan(4500);

  const [deleted] = await run("DEL", "centosa", netns);
  expect(deleted).toMatchObject({ exitCode: 0, stdout: "" });
  expect(readdirSync(join(node.stateDir, "pending-del"))).toEqual(["sandbox-of-centosa.eth0.json"]);
  const [deletedOther] = await run("DEL", "nginx", netns);
  expect(deletedOther.exitCode).toBe(0);
  expect(readdirSync(join(node.stateDir, "pending-del"))).toHaveLength(1);
});

test("with the agent stopped, STATUS answers at once, ready for other pods", async () => {
  const config = node.config({ cniVersion: "1.1.0", delegate: { type: "ptp", cniVersion: "1.0.0" } });
  const env = node.environment("STATUS", "none", "/run/netns/none");
  const [answer, ms] = await timed(node.run(env, config));
  expect(answer).toMatchObject({ exitCode: 0, stdout: "" });
  expect(ms).toBeLessThan(10_000);
  const { delegate: _, ...alone } = config;
  expect((await node.run(env, alone)).json()).toMatchObject({ code: 50 });
});

test("a server that another authority vouches for is not believed", async () => {
  const netns = node.addNamespace("pod");
  writeFileSync(kubeconfig, readFileSync(kubeconfig, "utf8").replace(/ {4}certificate-authority: .*\n/, ""));
  const [answer] = await run("ADD", "centosa", netns);
  expect(answer.stderr).toContain("asking Kubernetes");
  // Nobody says whose it is: its delegate.
  expect(answer.exitCode).toBe(0);
});
