import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type ChannelCredentials, Client, type ClientDuplexStream, credentials, Metadata } from "@grpc/grpc-js";
import { StoreError } from "../store-error.js";
import { type Calls, methods, type WatchResponse } from "./messages.js";
import type { EtcdOptions } from "./options.js";
import { codec } from "./proto.js";
import { isRetryable, isRpcError, isTokenRefused, isUnsent, type RpcError, storeErrorOf } from "./rpc-error.js";

const codecs = new Map(
  Object.values(methods)
    .flatMap(([, ask, answer]) => [ask, answer])
    .map((n) => [n, codec(n)]),
);

const channelOptions = {
  // etcd refuses pings more often than every 5 s (--grpc-keepalive-min-time).
  "grpc.keepalive_time_ms": 6_000,
  "grpc.keepalive_timeout_ms": 3_000,
  "grpc.enable_retries": 0,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

/** The cluster's members behind one face: calls go to one member until it fails, then to the next. */
export class Cluster {
  readonly #options: EtcdOptions;
  readonly #members: Client[];
  readonly #streams = new Map<ClientDuplexStream<object, WatchResponse>, number>();
  #current = 0;
  #token: Promise<string> | undefined;
  #isClosed = false;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  /** @throws StoreError InvalidArgument when a certificate cannot be read */
  constructor(options: EtcdOptions) {
    this.#options = options;
    const secure = credentialsOf(options);
    this.#members = options.endpoints.map(
      (endpoint) => new Client(endpoint.replace(/^https?:\/\//, ""), secure, channelOptions),
    );
  }

  /**
   * Makes a call, at other members and again while it fails for want of an answer, until `timeoutMs` is over. So a
   * request must have the same outcome when carried out twice: see Once.
   *
   * @throws RpcError what etcd answered and no repetition changes
   * @throws StoreError Unavailable, Closed
   */
  async call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name][0],
    timeoutMs = this.#options.timeoutMs,
    onRetry: () => void = () => {},
  ): Promise<Calls[Name][1]> {
    if (this.#isClosed) throw closed();
    this.#inFlight++;
    try {
      return await this.#try(name, request, performance.now() + timeoutMs, onRetry);
    } finally {
      if (--this.#inFlight === 0) this.#onIdle?.();
    }
  }

  /** Opens a stream of changes at the current member. The caller reports its failure with failed(). */
  async watch(): Promise<{ stream: ClientDuplexStream<object, WatchResponse>; member: number }> {
    const metadata = await this.#metadata(performance.now() + this.#options.timeoutMs);
    // A member that lost the others would otherwise stay silent: https://etcd.io/docs/v3.4/learning/api/#watch-streams
    metadata.set("hasleader", "true");
    if (this.#isClosed) throw closed();
    const [path, ask, answer] = methods.watch;
    const member = this.#current;
    const stream = this.#members[member]!.makeBidiStreamRequest<object, WatchResponse>(
      path,
      codecs.get(ask)!.encode,
      codecs.get(answer)!.decode,
      metadata,
    );
    this.#streams.set(stream, member);
    stream.on("close", () => this.#streams.delete(stream));
    return { stream, member };
  }

  /** Turns to the next member. Streams of a member that hangs would take longer to notice, so they end too. */
  failed(member: number, error?: unknown): void {
    if (isRpcError(error) && isTokenRefused(error)) this.#token = undefined;
    if (this.#current === member) this.#current = (member + 1) % this.#members.length;
    if (this.#members.length === 1) return;
    for (const [stream, at] of this.#streams) if (at === member) stream.cancel();
  }

  /** Resolves when the calls under way are answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    for (const member of this.#members) member.close();
  }

  async #try<Name extends keyof Calls>(
    name: Name,
    request: object,
    deadline: number,
    onRetry: () => void = () => {},
  ): Promise<Calls[Name][1]> {
    let isPerhapsDone = false;
    let isTokenFresh = false;
    for (let tries = 1; ; tries++) {
      const member = this.#current;
      try {
        const metadata = name === "authenticate" ? new Metadata() : await this.#metadata(deadline);
        return await this.#once(member, name, request, metadata, deadline);
      } catch (error) {
        if (!isRpcError(error)) throw error;
        if (this.#options.auth !== undefined && name !== "authenticate" && isTokenRefused(error) && !isTokenFresh) {
          isTokenFresh = true;
          this.#token = undefined;
          continue;
        }
        if (!isRetryable(error)) throw error;
        if (!isUnsent(error)) {
          isPerhapsDone = true;
          onRetry();
        }
        this.failed(member);
        if (tries % this.#members.length === 0) await delay(Math.min(20 * tries, 200));
        if (performance.now() >= deadline) throw noAnswer(this.#options.endpoints, error, isPerhapsDone);
      }
    }
  }

  #once<Name extends keyof Calls>(
    member: number,
    name: Name,
    request: object,
    metadata: Metadata,
    deadline: number,
  ): Promise<Calls[Name][1]> {
    const [path, ask, answer] = methods[name];
    const leftMs = Math.max(1, deadline - performance.now());
    const options = { deadline: Date.now() + Math.min(leftMs, this.#options.tryTimeoutMs) };
    const { encode } = codecs.get(ask)!;
    const { decode } = codecs.get(answer)!;
    const client = this.#members[member]!;
    return new Promise((resolve, reject) => {
      if (name !== "keepAlive") {
        client.makeUnaryRequest<object, Calls[Name][1]>(
          path,
          encode,
          decode,
          request,
          metadata,
          options,
          (error, value) => (error ? reject(error) : resolve(value!)),
        );
        return;
      }
      // The one stream among them; one question and its answer will do.
      const stream = client.makeBidiStreamRequest<object, Calls[Name][1]>(path, encode, decode, metadata, options);
      stream.once("data", (value) => {
        resolve(value);
        stream.end();
      });
      stream.on("error", reject);
      stream.on("end", () => reject(Object.assign(new Error("stream ended"), { code: 14, details: "stream ended" })));
      stream.write(request);
    });
  }

  async #metadata(deadline: number): Promise<Metadata> {
    const metadata = new Metadata();
    const { auth } = this.#options;
    if (auth === undefined) return metadata;
    this.#token ??= this.#try("authenticate", { name: auth.user, password: auth.password }, deadline).then(
      ({ token }) => token,
    );
    const asked = this.#token;
    try {
      metadata.set("token", await asked);
    } catch (error) {
      if (this.#token === asked) this.#token = undefined;
      throw isRpcError(error) ? storeErrorOf(error) : error;
    }
    return metadata;
  }
}

function closed(): StoreError {
  return new StoreError("Closed", "the store is closed");
}

function noAnswer(endpoints: string[], cause: RpcError, isPerhapsDone: boolean): StoreError {
  const outcome = isPerhapsDone ? "nobody can tell whether the change was made" : "nothing was changed";
  const message = `etcd does not answer at ${endpoints.join(", ")} (${cause.details}); ${outcome}`;
  return new StoreError("Unavailable", message, { cause });
}

function credentialsOf({ endpoints, tls }: EtcdOptions): ChannelCredentials {
  if (!endpoints.every((endpoint) => endpoint.startsWith("https://"))) return credentials.createInsecure();
  const pem = (name: "caFile" | "certFile" | "keyFile"): Buffer | null => {
    const path = tls?.[name];
    if (path === undefined) return null;
    try {
      return readFileSync(path);
    } catch (cause) {
      const message = `tls.${name}: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`;
      throw new StoreError("InvalidArgument", message, { cause });
    }
  };
  return credentials.createSsl(pem("caFile"), pem("keyFile"), pem("certFile"));
}
