import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** Clocks of one cluster differ; a certificate of this minute must be good everywhere. */
const CLOCK_SLACK_MS = 300_000;

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

/** A certificate and its key, both PEM (the key PKCS #8). */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** Makes an authority that may sign certificates of servers, and no further authority (RFC 5280, section 4.2.1.9). */
export async function makeAuthority(name: string, days: number, now = new Date()): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: [{ CN: [name] }], keys, signingAlgorithm: ALGORITHM, serialNumber: newSerial() },
    ...lifetime(days, now),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await keyText(keys) };
}

/**
 * Makes a server's certificate for these host names and addresses (RFC 6125: the first word of its subject counts for
 * nothing). A `days` below zero has run out already.
 */
export function signServer(authority: KeyPair, hosts: readonly string[], days: number, now?: Date): Promise<KeyPair> {
  return sign(authority, { name: "ratchet-api", hosts, usages: [ExtendedKeyUsage.serverAuth] }, days, now);
}

/** Makes the certificate of a member of etcd, which is also a client of the others; or of a client alone, without hosts. */
export function signStore(authority: KeyPair, name: string, hosts: readonly string[], days: number): Promise<KeyPair> {
  const usages = [ExtendedKeyUsage.clientAuth, ...(hosts.length === 0 ? [] : [ExtendedKeyUsage.serverAuth])];
  return sign(authority, { name, hosts, usages }, days);
}

interface Subject {
  name: string;
  hosts: readonly string[];
  usages: ExtendedKeyUsage[];
}

async function sign(
  authority: KeyPair,
  { name, hosts, usages }: Subject,
  days: number,
  now = new Date(),
): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await newKeys();
  const names = hosts.map((host): JsonGeneralName => ({ type: isIP(host) === 0 ? "dns" : "ip", value: host }));
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(usages),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const certificate = await X509CertificateGenerator.create({
    ...{ subject: [{ CN: [name] }], issuer: issuer.subject, publicKey: keys.publicKey },
    ...{ signingKey: await readKey(authority.key), signingAlgorithm: ALGORITHM, serialNumber: newSerial() },
    ...lifetime(days, now),
    extensions,
  });
  return { certificate: certificate.toString("pem"), key: await keyText(keys) };
}

function lifetime(days: number, now: Date): { notBefore: Date; notAfter: Date } {
  const endMs = now.getTime() + days * DAY_MS;
  return { notBefore: new Date(Math.min(now.getTime(), endMs) - CLOCK_SLACK_MS), notAfter: new Date(endMs) };
}

function newKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** Positive, and unlike every other (RFC 5280, section 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function keyText(keys: { privateKey: webcrypto.CryptoKey }): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")}\n`;
}

function readKey(pem: string) {
  return webcrypto.subtle.importKey("pkcs8", PemConverter.decodeFirst(pem), ALGORITHM, false, ["sign"]);
}
