import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.js";

export interface Certificates {
  ca: string;
  /** Of kube-apiserver and etcd. */
  serverCert: string;
  serverKey: string;
  /** kube-apiserver towards etcd and kubelets, in the group system:masters. */
  clientCert: string;
  clientKey: string;
  /** Signs service account tokens. */
  accountKey: string;
  accountPublic: string;
}

/** Makes an authority and what it signs, valid for two days. */
export async function makeCertificates(openssl: string, folder: string, address: string): Promise<Certificates> {
  const at = (name: string) => join(folder, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await command([
    ...[openssl, "req", "-x509", ...newKey, "-subj", "/CN=ratchet-test-ca"],
    ...["-keyout", at("ca.key"), "-out", at("ca.crt")],
  ]);
  const sign = async (name: string, subject: string, extension: string): Promise<void> => {
    await command([
      ...[openssl, "req", "-new", ...newKey.slice(0, -2), "-subj", subject],
      ...["-keyout", at(`${name}.key`), "-out", at(`${name}.csr`)],
    ]);
    writeFileSync(at(`${name}.ext`), extension);
    await command([
      ...[openssl, "x509", "-req", "-days", "2", "-in", at(`${name}.csr`), "-out", at(`${name}.crt`)],
      ...["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-set_serial", `0x${Buffer.from(name).toString("hex")}`],
      ...["-extfile", at(`${name}.ext`)],
    ]);
  };
  const names = `subjectAltName=IP:${address},IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes`;
  await sign("server", "/CN=kube-apiserver", `${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  await sign("client", "/O=system:masters/CN=kube-apiserver-client", "extendedKeyUsage=clientAuth\n");
  await command([
    ...[openssl, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    ...["-out", at("account.key")],
  ]);
  await command([openssl, "pkey", "-in", at("account.key"), "-pubout", "-out", at("account.pub")]);
  return {
    ca: at("ca.crt"),
    serverCert: at("server.crt"),
    serverKey: at("server.key"),
    clientCert: at("client.crt"),
    clientKey: at("client.key"),
    accountKey: at("account.key"),
    accountPublic: at("account.pub"),
  };
}
