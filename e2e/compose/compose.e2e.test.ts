import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Composed } from "./composed.js";

const PAIR = `
kind: Pod
apiVersion: ratchet.network/v1alpha1
metadata: { name: a }
spec: { node: here, sandbox: { managed: true }, sysctls: { net.ipv4.ip_forward: "1" } }
---
kind: Pod
apiVersion: ratchet.network/v1alpha1
metadata: { name: b }
spec: { node: here, sandbox: { managed: true } }
---
kind: Link
apiVersion: ratchet.network/v1alpha1
metadata: { name: a-b }
spec:
  endpoints:
    - { pod: a, interface: e0, addresses: [10.98.0.1/24] }
    - { pod: b, interface: e0, addresses: [10.98.0.2/24] }
`;

let composed: Composed;
beforeAll(async () => {
  composed = await Composed.start();
}, 600_000);
afterAll(() => composed?.stop(), 180_000);

const ping = async () => expect((await composed.ctl("ping", "a", "10.98.0.2", "-c", "1")).code).toBe(0);

test("without the file that ratchetctl init makes compose does not start, and says so", async () => {
  const { code, stderr } = await composed.compose("up", "-d");
  expect([code, stderr]).toEqual([1, expect.stringContaining("ratchetctl init compose makes the env file")]);
  expect(await composed.docker("ps", "-aq")).toBe("");
});

test("store, database, two replicas, front and agent come up healthy, from our own images", async () => {
  const { code, stderr } = await composed.compose("--env-file", composed.envFile, "up", "-d");
  expect(code, stderr).toBe(0);
  const healthy = ["api-1", "api-2", "etcd", "front", "postgres"].map((service) => [service, "healthy"]);
  await eventually(
    async () => expect(await composed.health()).toEqual({ ...Object.fromEntries(healthy), agent: "Up" }),
    { withinMs: 150_000 },
  );
  await eventually(async () => expect((await composed.ctl("get", "nodes")).stdout).toMatch(/^here +Ready/m), {
    withinMs: 60_000,
  });
}, 300_000);

test("a wire is made on this host, and outlives a replica, then the agent's container", async () => {
  const file = join(composed.folder, "pair.yaml");
  writeFileSync(file, PAIR);
  const applied = await composed.ctl("apply", "-f", file);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  await ping();
  for (const service of ["api-1", "api-2"]) {
    await composed.docker("kill", "-s", "KILL", composed.container(service));
    await eventually(ping, { withinMs: 60_000 });
    await composed.docker("start", composed.container(service));
    await eventually(async () => expect((await composed.health())[service]).toBe("healthy"), { withinMs: 120_000 });
  }
  await composed.docker("restart", composed.container("agent"));
  await eventually(ping, { withinMs: 60_000 });
}, 600_000);

test("nobody gets in without a token, a certificate or the password", async () => {
  const api = composed.container("api-1");
  const ask = (script: string) => composed.docker("exec", api, "/usr/bin/node", "-e", script);
  const status = (options: string) =>
    `require('https').get({port:8443,host:'localhost',path:'/api/v1/nodes',rejectUnauthorized:false,${options}},(r)=>{console.log(r.statusCode);process.exit()})`;
  expect((await ask(status(""))).trim()).toBe("401");
  expect((await ask(status("headers:{authorization:'Bearer x'}"))).trim()).toBe("401");
  const etcd = `require('https').get({host:'etcd',port:2379,path:'/version',rejectUnauthorized:false},(r)=>{console.log(r.statusCode);process.exit()}).on('error',(e)=>console.log(e.code))`;
  expect((await ask(etcd)).trim()).toMatch(/^(ERR_SSL|EPROTO|ECONNRESET)/);
  const psql = ["/usr/lib/postgresql/15/bin/psql", "-w", "-h", "/run/postgresql", "-U", "ratchet", "-c", "select 1"];
  await expect(composed.docker("exec", composed.container("postgres"), ...psql)).rejects.toThrow(/password/);
});
