import { errnoOf } from "../ffi/errno.js";
import { lastErrno, libc } from "../ffi/libc.js";
import type { NetnsRef } from "../ffi/netns.js";
import { debugMessages } from "./debug.js";
import { isOneOf, NetlinkError, readAck } from "./error.js";
import { readMessages } from "./message-reader.js";
import { MessageWriter } from "./message-writer.js";
import { openRouteSocket } from "./open-socket.js";
import { NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from "./protocol.js";
import type { Dump, Request } from "./request.js";
import {
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SOL_NETLINK,
  setIntOption,
  setReceiveBuffer,
  setReceiveTimeout,
} from "./socket-options.js";

/** What became of one request of a batch: its answer, or the kernel's refusal. */
export type Result<T = unknown> = { ok: true; value: T } | { ok: false; error: NetlinkError };

/** Requests that travel in one send. Bounded so that their answers fit the receive buffer. */
interface Chunk {
  bytes: Buffer;
  first: number;
  count: number;
  /** Of these, how many are on their way: the others could not be written. */
  sent: number;
  firstSequence: number;
}

const CHUNK_BYTES = 60 * 1024;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
// What one answer is charged against the receive buffer (skb truesize): an ack, and a link with its statistics.
const ACK_CHARGE_BYTES = 1280;
const REPLY_CHARGE_BYTES = 8704;
const ANSWER_TIMEOUT_SECONDS = 10;
const DUMP_ATTEMPTS = 20;
const MSG_TRUNC = 0x20;

// Everything on a socket is synchronous between send and the last answer, so all sockets of a thread can share
// one receive buffer. Dumps fill at most 32 KiB at a time (netlink_recvmsg in af_netlink.c).
const received = Buffer.alloc(128 * 1024);

/**
 * A route netlink socket in one namespace. The kernel answers while it handles the send, so calls are synchronous
 * and need no polling. Not to be shared between threads.
 */
export class NetlinkSocket {
  private readonly writer = new MessageWriter(16 * 1024);
  private readonly receiveBytes: number;
  private sequence = 1;
  private isClosed = false;

  private constructor(readonly fd: number) {
    setIntOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    setIntOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    // Kernels before 4.20 lack it and then filter dumps less; decoding does not depend on it.
    setIntOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    setReceiveTimeout(fd, ANSWER_TIMEOUT_SECONDS);
    this.receiveBytes = setReceiveBuffer(fd, RECEIVE_BUFFER_BYTES);
  }

  /** Opens a socket in `netns` (default: this thread's namespace). Throws SystemError when there is no such thing. */
  static open(netns?: NetnsRef): NetlinkSocket {
    return new NetlinkSocket(openRouteSocket(netns));
  }

  /** Opens a socket, hands it to `fn`, and closes it: nothing keeps the namespace alive afterwards. */
  static use<T>(netns: NetnsRef | undefined, fn: (socket: NetlinkSocket) => T): T {
    const socket = NetlinkSocket.open(netns);
    try {
      return fn(socket);
    } finally {
      socket.close();
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    libc.close(this.fd);
  }

  /** Sends one request; returns its answer or throws NetlinkError. */
  request<T>(request: Request<T>): T {
    const result = this.batch([request])[0] as Result<T>;
    if (!result.ok) throw result.error;
    return result.value;
  }

  /**
   * Sends requests in order, many per system call, and returns a result for each. One that fails does not stop
   * those behind it: the kernel takes each message of a datagram by itself.
   */
  batch(requests: readonly Request<unknown>[]): Result[] {
    const results = new Array<Result>(requests.length);
    for (let first = 0; first < requests.length; ) {
      const chunk = this.encode(requests, first, results);
      const sent = chunk.sent === 0 ? 0 : libc.send(this.fd, chunk.bytes, chunk.bytes.length, 0);
      this.settle(chunk, sent < 0 ? lastErrno() : 0, requests, results);
      first += chunk.count;
    }
    return results;
  }

  /**
   * As `batch`, with the kernel's work on another thread: for deletions, which wait for grace periods.
   * Nothing else may use this socket until the promise settles.
   */
  async batchAsync(requests: readonly Request<unknown>[]): Promise<Result[]> {
    const results = new Array<Result>(requests.length);
    for (let first = 0; first < requests.length; ) {
      const chunk = this.encode(requests, first, results);
      const sent = chunk.sent === 0 ? 0 : await libc.sendAsync(this.fd, chunk.bytes, chunk.bytes.length, 0);
      // errno belongs to the other thread and is out of reach here.
      this.settle(chunk, sent < 0 ? errnoOf("EIO") : 0, requests, results);
      first += chunk.count;
    }
    return results;
  }

  /** Runs a dump to its end; one that a concurrent change made inconsistent (NLM_F_DUMP_INTR) is run again. */
  dump<T>(dump: Dump<T>): T[] {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.dumpOnce(dump);
      } catch (error) {
        // EBUSY: a dump that ended in an error is still being taken down.
        if (!isOneOf(error, ["EINTR", "EBUSY"]) || attempt === DUMP_ATTEMPTS) throw error;
      }
    }
  }

  private dumpOnce<T>(dump: Dump<T>): T[] {
    const sequence = this.nextSequence();
    this.sequence++;
    this.writer.reset();
    this.writer.beginMessage(dump.type, NLM_F_REQUEST | NLM_F_DUMP, sequence);
    dump.write(this.writer);
    this.writer.endMessage();
    const bytes = this.writer.bytes();
    debugMessages?.("send", this.fd, bytes);
    if (libc.send(this.fd, bytes, bytes.length, 0) < 0) throw new NetlinkError({ op: dump.op, errno: lastErrno() });

    const found: T[] = [];
    let isInterrupted = false;
    let failure: unknown;
    for (;;) {
      for (const message of readMessages(this.receive(dump.op))) {
        if (message.sequence !== sequence) continue;
        if ((message.flags & NLM_F_DUMP_INTR) !== 0) isInterrupted = true;
        if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) {
          if (failure !== undefined) throw failure;
          if (isInterrupted) throw new NetlinkError({ op: dump.op, errno: errnoOf("EINTR"), sequence });
          // NLMSG_DONE carries the dump's result in the place of the error; an empty one means success.
          const errno = message.size >= 4 ? -message.s32(0) : 0;
          if (errno > 0) throw new NetlinkError({ op: dump.op, errno, sequence });
          return found;
        }
        if (failure !== undefined) continue;
        try {
          const item = dump.read(message);
          if (item !== undefined) found.push(item);
        } catch (error) {
          // Read on to the end first, or the rest of this dump would answer the next request.
          failure = error;
        }
      }
    }
  }

  /** Sequence numbers have 32 bits; starting again far below that keeps every chunk's range in one piece. */
  private nextSequence(): number {
    if (this.sequence > 0x7fff_ffff) this.sequence = 1;
    return this.sequence;
  }

  private encode(requests: readonly Request<unknown>[], first: number, results: Result[]): Chunk {
    const { writer } = this;
    writer.reset();
    const firstSequence = this.nextSequence();
    let charge = 0;
    let count = 0;
    let sent = 0;
    while (first + count < requests.length) {
      const request = requests[first + count]!;
      charge += request.read === undefined ? ACK_CHARGE_BYTES : REPLY_CHARGE_BYTES;
      if (count > 0 && (writer.length > CHUNK_BYTES || charge > this.receiveBytes)) break;
      const wanted = request.read === undefined ? NLM_F_ACK : 0;
      const sequence = this.sequence++;
      writer.beginMessage(request.type, request.flags | NLM_F_REQUEST | wanted, sequence);
      try {
        request.write(writer);
        writer.endMessage();
        sent++;
      } catch (error) {
        // What cannot be written (an address that is none) is this request's failure, not its neighbours'.
        writer.dropMessage();
        const { op, ifName } = request;
        const extAck = error instanceof Error ? error.message : String(error);
        const failure = new NetlinkError({ op, errno: errnoOf("EINVAL"), ifName, extAck, sequence });
        results[first + count] = { ok: false, error: failure };
      }
      count++;
    }
    const bytes = writer.bytes();
    debugMessages?.("send", this.fd, bytes);
    return { bytes, first, count, sent, firstSequence };
  }

  private settle(chunk: Chunk, sendErrno: number, requests: readonly Request<unknown>[], results: Result[]): void {
    let open = chunk.sent;
    const fail = (index: number, errno: number, extAck?: string) => {
      const { op, ifName } = requests[index]!;
      const sequence = chunk.firstSequence + index - chunk.first;
      results[index] = { ok: false, error: new NetlinkError({ op, errno, ifName, extAck, sequence }) };
    };
    const failRest = (errno: number) => {
      for (let i = chunk.first; i < chunk.first + chunk.count; i++) if (results[i] === undefined) fail(i, errno);
    };
    if (sendErrno !== 0) {
      failRest(sendErrno);
      return;
    }
    while (open > 0) {
      let datagram: Buffer;
      try {
        datagram = this.receive("answer");
      } catch (error) {
        const errno = error instanceof NetlinkError ? error.errno : errnoOf("EIO");
        failRest(errno);
        return;
      }
      for (const message of readMessages(datagram)) {
        const index = chunk.first + message.sequence - chunk.firstSequence;
        // Answers to an earlier call that gave up waiting.
        if (index < chunk.first || index >= chunk.first + chunk.count || results[index] !== undefined) continue;
        open--;
        if (message.type === NLMSG_ERROR) {
          const { errno, extAck } = readAck(message);
          if (errno === 0) results[index] = { ok: true, value: undefined };
          else fail(index, errno, extAck);
        } else {
          try {
            results[index] = { ok: true, value: requests[index]!.read?.(message) };
          } catch (error) {
            fail(index, errnoOf("EBADMSG"), String(error));
          }
        }
      }
    }
  }

  private receive(op: string): Buffer {
    for (;;) {
      const length = libc.recv(this.fd, received, received.length, MSG_TRUNC);
      if (length < 0) {
        const errno = lastErrno();
        if (errno === errnoOf("EINTR")) continue;
        throw new NetlinkError({ op, errno: errno === errnoOf("EAGAIN") ? errnoOf("ETIMEDOUT") : errno });
      }
      if (length > received.length) throw new NetlinkError({ op, errno: errnoOf("EMSGSIZE") });
      const datagram = received.subarray(0, length);
      debugMessages?.("recv", this.fd, datagram);
      return datagram;
    }
  }
}
