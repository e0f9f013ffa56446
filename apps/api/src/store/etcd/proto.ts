import protobuf from "protobufjs";

/**
 * The part of etcd's v3 API that the store speaks, field by field as in etcd's
 * api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto (v3.4).
 */
const source = `
syntax = "proto3";
message ResponseHeader { int64 revision = 3; }
message KeyValue {
  bytes key = 1; int64 create_revision = 2; int64 mod_revision = 3; int64 version = 4; bytes value = 5; int64 lease = 6;
}
message Event { int32 type = 1; KeyValue kv = 2; KeyValue prev_kv = 3; }
message RangeRequest {
  bytes key = 1; bytes range_end = 2; int64 limit = 3; int64 revision = 4; int32 sort_order = 5; int32 sort_target = 6;
  bool keys_only = 8; bool count_only = 9; int64 min_mod_revision = 10; int64 max_mod_revision = 11;
  int64 min_create_revision = 12; int64 max_create_revision = 13;
}
message RangeResponse { ResponseHeader header = 1; repeated KeyValue kvs = 2; bool more = 3; int64 count = 4; }
message PutRequest { bytes key = 1; bytes value = 2; int64 lease = 3; }
message DeleteRangeRequest { bytes key = 1; bytes range_end = 2; }
message DeleteRangeResponse { int64 deleted = 2; }
message RequestOp {
  oneof request {
    RangeRequest request_range = 1; PutRequest request_put = 2;
    DeleteRangeRequest request_delete_range = 3; TxnRequest request_txn = 4;
  }
}
message ResponseOp {
  oneof response {
    RangeResponse response_range = 1; DeleteRangeResponse response_delete_range = 3; TxnResponse response_txn = 4;
  }
}
message Compare {
  int32 result = 1; int32 target = 2; bytes key = 3;
  oneof target_union { int64 version = 4; int64 create_revision = 5; int64 mod_revision = 6; bytes value = 7; }
  bytes range_end = 64;
}
message TxnRequest { repeated Compare compare = 1; repeated RequestOp success = 2; repeated RequestOp failure = 3; }
message TxnResponse { ResponseHeader header = 1; bool succeeded = 2; repeated ResponseOp responses = 3; }
message CompactionRequest { int64 revision = 1; bool physical = 2; }
message CompactionResponse { ResponseHeader header = 1; }
message WatchRequest { oneof request_union { WatchCreateRequest create_request = 1; } }
message WatchCreateRequest {
  bytes key = 1; bytes range_end = 2; int64 start_revision = 3; bool progress_notify = 4; bool prev_kv = 6;
}
message WatchResponse {
  ResponseHeader header = 1; bool created = 3; bool canceled = 4; int64 compact_revision = 5; string cancel_reason = 6;
  repeated Event events = 11;
}
message LeaseGrantRequest { int64 ttl = 1; int64 id = 2; }
message LeaseGrantResponse { int64 id = 2; int64 ttl = 3; }
message LeaseRevokeRequest { int64 id = 1; }
message LeaseRevokeResponse { ResponseHeader header = 1; }
message LeaseKeepAliveRequest { int64 id = 1; }
message LeaseKeepAliveResponse { int64 id = 2; int64 ttl = 3; }
message LeaseTimeToLiveRequest { int64 id = 1; }
message LeaseTimeToLiveResponse { int64 id = 2; int64 ttl = 3; }
message StatusRequest {}
message StatusResponse { ResponseHeader header = 1; int64 db_size = 3; }
message AuthenticateRequest { string name = 1; string password = 2; }
message AuthenticateResponse { string token = 2; }
`;

const { root } = protobuf.parse(source);

/** Turns a plain object into the bytes of a message, and back. 64-bit integers come back as decimal text. */
export function codec(name: string) {
  const type = root.lookupType(name);
  return {
    encode: (message: object): Buffer => Buffer.from(type.encode(message).finish()),
    decode: (bytes: Buffer): never =>
      type.toObject(type.decode(bytes), { longs: String, defaults: true, arrays: true }) as never,
  };
}
