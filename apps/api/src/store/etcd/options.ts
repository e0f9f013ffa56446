import { z } from "zod";

const endpoint = z
  .string()
  .regex(
    /^(https?:\/\/)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/,
    "must look like http://host:2379 or https://host:2379",
  );

/** How to reach an etcd cluster, and where in it the store lives. */
export const EtcdOptions = z
  .strictObject({
    /** The members' client URLs; any may be down. All https or all http. */
    endpoints: z.array(endpoint).min(1),
    /** Every key of the store begins with it; several installations may share a cluster. */
    prefix: z.string().min(1).max(200).default("ratchet/"),
    /** PEM files. `caFile` alone checks the server; with both others the client shows its certificate. */
    tls: z
      .strictObject({
        caFile: z.string().optional(),
        certFile: z.string().optional(),
        keyFile: z.string().optional(),
      })
      .refine((tls) => (tls.certFile === undefined) === (tls.keyFile === undefined), {
        message: "certFile and keyFile go together",
      })
      .optional(),
    auth: z.strictObject({ user: z.string().min(1), password: z.string().min(1) }).optional(),
    /** The longest that a call may take, all its tries together. */
    timeoutMs: z.int().min(100).default(10_000),
    /** How long one try at one member may take before the next member is asked. */
    tryTimeoutMs: z.int().min(50).default(3_000),
    /** etcd's --max-txn-ops. */
    maxTxnOps: z.int().min(16).default(128),
    /** etcd's --max-request-bytes. */
    maxRequestBytes: z.int().min(65_536).default(1_572_864),
    /** How long a large transaction's writer may be silent before its lock is taken from it. etcd raises it to 2 s. */
    writerTtlSeconds: z.int().min(1).default(5),
    /** History older than about this is compacted, for the whole cluster; 0 leaves that to etcd's own settings. */
    compactionSeconds: z.int().min(0).default(0),
  })
  .refine(({ endpoints }) => new Set(endpoints.map((each) => each.startsWith("https://"))).size === 1, {
    path: ["endpoints"],
    message: "must be all https or all http",
  })
  .refine(({ endpoints, tls }) => tls === undefined || endpoints.every((each) => each.startsWith("https://")), {
    path: ["tls"],
    message: "needs https endpoints",
  });

export type EtcdOptions = z.output<typeof EtcdOptions>;
export type EtcdOptionsInput = z.input<typeof EtcdOptions>;
