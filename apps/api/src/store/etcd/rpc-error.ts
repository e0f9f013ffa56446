import { status } from "@grpc/grpc-js";
import { StoreError } from "../store-error.js";

/** What a call to one member ended with. */
export interface RpcError extends Error {
  code: status;
  details: string;
}

export function isRpcError(error: unknown): error is RpcError {
  return error instanceof Error && "code" in error && "details" in error;
}

/** Another try, at this member or another, may go better. It may have been carried out all the same. */
export function isRetryable({ code, details }: RpcError): boolean {
  if (code === status.RESOURCE_EXHAUSTED) return details.includes("too many requests");
  return (
    code === status.UNAVAILABLE ||
    code === status.DEADLINE_EXCEEDED ||
    code === status.CANCELLED ||
    code === status.INTERNAL ||
    code === status.UNKNOWN
  );
}

/** The request cannot have reached a member. */
export function isUnsent({ details }: RpcError): boolean {
  return details.includes("No connection established") || details.includes("ECONNREFUSED");
}

/** The token is not, or no longer, known: etcd forgets tokens after some minutes and when it restarts. */
export function isTokenRefused({ code, details }: RpcError): boolean {
  return code === status.UNAUTHENTICATED || details.includes("revision of auth store is old");
}

export function isLeaseNotFound({ code, details }: RpcError): boolean {
  return code === status.NOT_FOUND && details.includes("lease");
}

export function isCompactedAnswer(error: unknown): boolean {
  return isRpcError(error) && error.details.includes("has been compacted");
}

/** The StoreError for an answer that no further try would change. It quotes etcd, which does not repeat secrets. */
export function storeErrorOf(error: RpcError): StoreError {
  const { code, details } = error;
  const said = `etcd: ${details.replace(/^etcdserver: /, "")}`;
  if (isLeaseNotFound(error)) return new StoreError("LeaseNotFound", "the lease does not exist or has expired");
  if (details.includes("future revision")) return new StoreError("FutureRevision", said);
  if (code === status.DATA_LOSS) return new StoreError("Corrupt", said);
  if (details.includes("request is too large")) return new StoreError("InvalidArgument", said);
  if (code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED || details.includes("authentication failed"))
    return new StoreError("Unavailable", `${said} (check the user, its password and its role); nothing was changed`);
  return new StoreError("Unavailable", `${said}; nothing was changed`);
}
