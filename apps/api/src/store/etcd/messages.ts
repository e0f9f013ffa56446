/** Plain forms of the messages in proto.ts. `Int64` is decimal text when received; numbers will do when sent. */
export type Int64 = string | number;

export interface KeyValue {
  key: Buffer;
  createRevision: Int64;
  modRevision: Int64;
  version: Int64;
  value: Buffer;
  lease: Int64;
}

export interface Header {
  revision: Int64;
}

export interface RangeRequest {
  key: Buffer;
  rangeEnd?: Buffer;
  limit?: number;
  revision?: number;
  sortOrder?: number;
  sortTarget?: number;
  keysOnly?: boolean;
  countOnly?: boolean;
  minModRevision?: number;
  maxModRevision?: number;
  minCreateRevision?: number;
  maxCreateRevision?: number;
}
export interface RangeResponse {
  header: Header | null;
  kvs: KeyValue[];
  more: boolean;
  count: Int64;
}

export type RequestOp =
  | { requestRange: RangeRequest }
  | { requestPut: { key: Buffer; value: Buffer; lease?: Int64 } }
  | { requestDeleteRange: { key: Buffer; rangeEnd?: Buffer } }
  | { requestTxn: TxnRequest };

export interface ResponseOp {
  responseRange?: RangeResponse;
  responseTxn?: TxnResponse;
}

/** https://etcd.io/docs/v3.4/learning/api/#transaction */
export const EQUAL = 0;
export const GREATER = 1;
export const LESS = 2;
export const VERSION = 0;
export const MOD = 2;
export const VALUE = 3;

export interface Compare {
  key: Buffer;
  rangeEnd?: Buffer;
  result: number;
  target: number;
  version?: number;
  modRevision?: number;
  value?: Buffer;
}

export interface TxnRequest {
  compare: Compare[];
  success: RequestOp[];
  failure: RequestOp[];
}
export interface TxnResponse {
  header: Header | null;
  succeeded: boolean;
  responses: ResponseOp[];
}

/** type 0: put, 1: delete. */
export interface Event {
  type: number;
  kv: KeyValue;
  prevKv: KeyValue | null;
}
export interface WatchResponse {
  header: Header | null;
  created: boolean;
  canceled: boolean;
  compactRevision: Int64;
  cancelReason: string;
  events: Event[];
}

/** Each call of etcd's services that the store makes: its path, and the names of its messages. */
export const methods = {
  range: ["/etcdserverpb.KV/Range", "RangeRequest", "RangeResponse"],
  txn: ["/etcdserverpb.KV/Txn", "TxnRequest", "TxnResponse"],
  compact: ["/etcdserverpb.KV/Compact", "CompactionRequest", "CompactionResponse"],
  watch: ["/etcdserverpb.Watch/Watch", "WatchRequest", "WatchResponse"],
  grant: ["/etcdserverpb.Lease/LeaseGrant", "LeaseGrantRequest", "LeaseGrantResponse"],
  revoke: ["/etcdserverpb.Lease/LeaseRevoke", "LeaseRevokeRequest", "LeaseRevokeResponse"],
  keepAlive: ["/etcdserverpb.Lease/LeaseKeepAlive", "LeaseKeepAliveRequest", "LeaseKeepAliveResponse"],
  timeToLive: ["/etcdserverpb.Lease/LeaseTimeToLive", "LeaseTimeToLiveRequest", "LeaseTimeToLiveResponse"],
  status: ["/etcdserverpb.Maintenance/Status", "StatusRequest", "StatusResponse"],
  authenticate: ["/etcdserverpb.Auth/Authenticate", "AuthenticateRequest", "AuthenticateResponse"],
} as const;

export interface Calls {
  range: [RangeRequest, RangeResponse];
  txn: [TxnRequest, TxnResponse];
  compact: [{ revision: number; physical?: boolean }, object];
  grant: [{ ttl: number; id: string }, { id: string; ttl: string }];
  revoke: [{ id: string }, object];
  keepAlive: [{ id: string }, { id: string; ttl: string }];
  timeToLive: [{ id: string }, { id: string; ttl: string }];
  status: [object, { header: Header | null; dbSize: Int64 }];
  authenticate: [{ name: string; password: string }, { token: string }];
}
