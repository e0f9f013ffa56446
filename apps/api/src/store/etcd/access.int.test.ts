import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { put } from "../conformance/steps.js";
import { openEtcdStore } from "./etcd-store.js";

const run = promisify(execFile);

describe("the etcd store's access", () => {
  describe("with certificates", () => {
    let folder: string;
    let etcd: EtcdCluster;
    const pem = (name: string) => join(folder, name);
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "ratchet-tls-"));
      await makeCertificates(folder);
      etcd = await startEtcd({ tls: { caFile: pem("ca.pem"), certFile: pem("cert.pem"), keyFile: pem("key.pem") } });
    });
    afterAll(async () => {
      await etcd?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it("shows the client's certificate and checks the server's", async () => {
      const tls = { caFile: pem("ca.pem"), certFile: pem("cert.pem"), keyFile: pem("key.pem") };
      const store = await openEtcdStore({ endpoints: etcd.endpoints, tls });
      await put(store, "/a", "1");
      expect((await store.get("/a"))?.value).toBe("1");
      await store.close();
    });

    it("is refused without a certificate, and refuses a server it cannot check", async () => {
      const options = { endpoints: etcd.endpoints, timeoutMs: 600 };
      const unavailable = { code: "Unavailable" };
      await expect(openEtcdStore({ ...options, tls: { caFile: pem("ca.pem") } })).rejects.toMatchObject(unavailable);
      await expect(openEtcdStore(options)).rejects.toMatchObject(unavailable);
      await expect(openEtcdStore({ ...options, tls: { caFile: pem("missing.pem") } })).rejects.toMatchObject({
        code: "InvalidArgument",
        message: `tls.caFile: ${pem("missing.pem")} cannot be read (ENOENT)`,
      });
    });
  });

  describe("with user and password", () => {
    let etcd: EtcdCluster;
    const password = "correct horse";
    beforeAll(async () => {
      // Tokens of two seconds: the store has to fetch new ones.
      etcd = await startEtcd({ flags: ["--auth-token-ttl=2"] });
      const ask = async (path: string, body: object) => {
        const answer = await fetch(`${etcd.endpoints[0]}/v3/auth/${path}`, {
          method: "POST",
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      };
      const range = { key: btoa("mine/"), range_end: btoa("mine0") };
      await ask("user/add", { name: "root", password: "root's own" });
      await ask("role/add", { name: "root" });
      await ask("user/grant", { user: "root", role: "root" });
      await ask("user/add", { name: "ratchet", password });
      await ask("role/add", { name: "ratchet" });
      await ask("role/grant", { name: "ratchet", perm: { permType: "READWRITE", ...range } });
      await ask("user/grant", { user: "ratchet", role: "ratchet" });
      await ask("enable", {});
    });
    afterAll(() => etcd?.close());

    it("needs no more than its prefix, and goes on when its token has run out", async () => {
      const options = { endpoints: etcd.endpoints, prefix: "mine/", auth: { user: "ratchet", password } };
      const store = await openEtcdStore(options);
      await put(store, "/a", "1");
      await new Promise((resolve) => setTimeout(resolve, 3_200));
      const watch = await store.watch("/");
      await put(store, "/a", "2");
      for await (const batch of watch) {
        expect(batch.events).toMatchObject([{ value: "2" }]);
        break;
      }
      const many = Array.from({ length: 200 }, (_, i) => ({ op: "put" as const, key: `/m/${i}`, value: "" }));
      expect((await store.txn({ ops: many })).committed).toBe(true);
      await store.close();
    });

    it("is refused with a wrong password or another's prefix, without telling the password", async () => {
      const options = { endpoints: etcd.endpoints, prefix: "mine/" };
      const wrong = openEtcdStore({ ...options, auth: { user: "ratchet", password: "secret guess" } });
      const error = await wrong.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "Unavailable" });
      expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain("secret guess");
      const auth = { user: "ratchet", password };
      await expect(openEtcdStore({ ...options, prefix: "other/", auth })).rejects.toMatchObject({
        code: "Unavailable",
      });
      await expect(openEtcdStore(options)).rejects.toMatchObject({ code: "Unavailable" });
    });
  });
});

/** One authority, and one certificate of it for 127.0.0.1 that serves members and clients. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (line: string) => run("openssl", line.split(" "), { cwd: folder });
  const curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  await openssl(`req -x509 ${curve} -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority`);
  await openssl(`req ${curve} -keyout key.pem -out request.pem -subj /CN=ratchet`);
  await writeFile(join(folder, "names"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
  await openssl(
    "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem",
  );
}
