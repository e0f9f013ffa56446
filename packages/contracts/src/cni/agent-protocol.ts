import { z } from "zod";
import { CNI_NAME_PATTERN } from "./names.js";

// HTTP/1.1 on the agent's unix socket; each request is a POST with one of these bodies, except GET /v1/status.

/** CNI_CONTAINERID. */
export const CniContainerId = z.string().max(256).regex(CNI_NAME_PATTERN, {
  error: "must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'",
});
/** CNI_IFNAME: the name the runtime wants, whatever the wires are called. */
export const CniIfName = z
  .string()
  .min(1)
  .max(15)
  .regex(/^[^/:\s]+$/, { error: "must be 1-15 bytes without '/', ':' or space" });
const NetnsPath = z.string().min(1).max(4096).startsWith("/", { error: "must be an absolute path" });
// Kubernetes' own limits; a pod's name is a DNS subdomain.
const PodNamespace = z.string().min(1).max(63);
const PodName = z.string().min(1).max(253);
const PodUid = z.string().min(1).max(128);
const NetworkName = z.string().max(256).regex(CNI_NAME_PATTERN);

/** POST /v1/classify: is this pod Ratchet's? An ADD asks and does in one, see CniAddRequest. */
export const CniClassifyRequest = z.strictObject({
  containerId: CniContainerId,
  ifName: CniIfName,
  netns: NetnsPath,
  namespace: PodNamespace,
  name: PodName,
  /** Absent with runtimes that do not tell it (K8S_POD_UID). */
  uid: PodUid.optional(),
  /** `use_labels: false` of the node's config: the annotation alone makes a pod Ratchet's. */
  useLabels: z.literal(false).optional(),
});
export type CniClassifyRequest = z.output<typeof CniClassifyRequest>;

/** `known: false`: the agent has not seen the pod, and the executable asks Kubernetes itself. */
export const CniClassifyResponse = z.strictObject({ isRatchet: z.boolean(), known: z.boolean() });
export type CniClassifyResponse = z.output<typeof CniClassifyResponse>;

/**
 * POST /v1/add: register the sandbox, make its ports, wait at most `deadlineMs` for wires that can be whole.
 *
 * The answer is JSON, one document a line: a CniClassifyResponse at once; when that says Ratchet's, a CniAddOutcome
 * follows. So one exchange serves any pod, and the executable works while the agent does. A request that is not of the
 * protocol gets status 4xx and a CniProblem instead.
 */
export const CniAddRequest = CniClassifyRequest.extend({
  networkName: NetworkName,
  /** Milliseconds from receipt; the executable hangs up then. */
  deadlineMs: z.int().min(1).max(120_000),
  /** Somebody else has said that the pod is Ratchet's: the agent waits for it when it does not know it yet. */
  isRatchet: z.literal(true).optional(),
});
export type CniAddRequest = z.output<typeof CniAddRequest>;

export const CniInterface = z.strictObject({
  name: z.string(),
  mac: z.string(),
  mtu: z.int(),
  /** The pod's network namespace, as given in `netns`. */
  sandbox: z.string(),
});
export type CniInterface = z.output<typeof CniInterface>;

export const CniIp = z.strictObject({
  /** With prefix length. */
  address: z.string(),
  gateway: z.string().optional(),
  /** Index into `interfaces` of the same response. */
  interface: z.int().min(0),
});
export type CniIp = z.output<typeof CniIp>;

export const CniRoute = z.strictObject({
  /** A prefix; the default route as 0.0.0.0/0 or ::/0. */
  dst: z.string(),
  gw: z.string().optional(),
});
export type CniRoute = z.output<typeof CniRoute>;

/** Interfaces and addresses in the order of the pod's links. */
export const CniAddResponse = z.strictObject({
  interfaces: z.array(CniInterface),
  ips: z.array(CniIp),
  routes: z.array(CniRoute),
});
export type CniAddResponse = z.output<typeof CniAddResponse>;

/** POST /v1/del: succeeds for what is not there. */
export const CniDelRequest = z.strictObject({
  containerId: CniContainerId,
  ifName: CniIfName,
  netns: NetnsPath.optional(),
  namespace: PodNamespace.optional(),
  name: PodName.optional(),
  uid: PodUid.optional(),
});
export type CniDelRequest = z.output<typeof CniDelRequest>;

/** POST /v1/check. */
export const CniCheckRequest = CniAddRequest.omit({ isRatchet: true }).extend({
  /** The result of the ADD in the form of CNI 1.1.0, also when the configuration is older. */
  prevResult: z.record(z.string(), z.unknown()),
});
export type CniCheckRequest = z.output<typeof CniCheckRequest>;

/** `cni.dev/valid-attachments`, spelled as the CNI SPEC does. */
export const CniAttachment = z.object({ containerID: z.string().max(256), ifname: z.string().max(15) });
export type CniAttachment = z.output<typeof CniAttachment>;

/** POST /v1/gc: everything of ours in this network that is not listed goes. */
export const CniGcRequest = z.strictObject({ networkName: NetworkName, validAttachments: z.array(CniAttachment) });
export type CniGcRequest = z.output<typeof CniGcRequest>;

/** GET /v1/status, with 200. With 503 a `CniProblem`. */
export const CniStatusResponse = z.strictObject({ ready: z.literal(true), version: z.string() });
export type CniStatusResponse = z.output<typeof CniStatusResponse>;

/** Body of del, check and gc that succeeded. */
export const CniDone = z.strictObject({});
export type CniDone = z.output<typeof CniDone>;

/** Body of every answer with status 4xx or 5xx; `code` is one of CNI_ERROR and goes to the runtime as it is. */
export const CniProblem = z.strictObject({ code: z.int().min(1), msg: z.string(), details: z.string() });
export type CniProblem = z.output<typeof CniProblem>;

/** The second line of an answer to an ADD. */
export const CniAddOutcome = z.union([
  z.strictObject({ result: CniAddResponse }),
  z.strictObject({ problem: CniProblem }),
]);
export type CniAddOutcome = z.output<typeof CniAddOutcome>;

/** A file in pending-del/: a DEL that found no agent. */
export const CniPendingDel = CniDelRequest.extend({
  /** ISO 8601. */
  at: z.iso.datetime(),
});
export type CniPendingDel = z.output<typeof CniPendingDel>;
