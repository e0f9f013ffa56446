import type { Message } from "./message-reader.js";
import type { MessageWriter } from "./message-writer.js";

/**
 * One request as a value: what it is called, how its payload is written, and, for a get, how its answer is read.
 * Requests are made by the rtnetlink files and sent, alone or many together, by a NetlinkSocket.
 */
export interface Request<T = void> {
  /** For errors and the debug print: `newlink`, `getlink`. */
  op: string;
  type: number;
  /** Beside NLM_F_REQUEST, which is always set. */
  flags: number;
  /** The interface it is about, for errors: its name, or `#index`. */
  ifName?: string | undefined;
  /** Writes everything behind the netlink header. */
  write(writer: MessageWriter): void;
  /** Present on a get: reads the answer. Absent: an acknowledgement is asked for instead. */
  read?(message: Message): T;
}

/** A dump: `read` is called per message; undefined leaves it out of the result. */
export interface Dump<T> {
  op: string;
  type: number;
  write(writer: MessageWriter): void;
  read(message: Message): T | undefined;
}
