import { AttributeReader } from "./attribute-reader.js";
import { NetlinkDecodeError } from "./decode-error.js";
import { align4, NLMSG_HEADER_BYTES } from "./protocol.js";

/** One received message: its header, and its payload by offset or as attributes behind a family header. */
export class Message {
  constructor(
    private readonly buffer: Buffer,
    private readonly start: number,
    private readonly end: number,
    readonly type: number,
    readonly flags: number,
    readonly sequence: number,
  ) {}

  /** Bytes of the payload, without the netlink header. */
  get size(): number {
    return this.end - this.start;
  }

  u8(offset: number): number {
    return this.buffer.readUInt8(this.at(offset, 1));
  }

  u16(offset: number): number {
    return this.buffer.readUInt16LE(this.at(offset, 2));
  }

  u32(offset: number): number {
    return this.buffer.readUInt32LE(this.at(offset, 4));
  }

  s32(offset: number): number {
    return this.buffer.readInt32LE(this.at(offset, 4));
  }

  /** The attributes that follow a family header of the given size. */
  attributes(headerBytes: number): AttributeReader {
    return new AttributeReader(this.buffer, this.at(headerBytes, 0), this.end);
  }

  private at(offset: number, bytes: number): number {
    if (!(offset >= 0 && offset + bytes <= this.size)) {
      throw new NetlinkDecodeError(`message ${this.type} has ${this.size} bytes, needs ${offset + bytes}`);
    }
    return this.start + offset;
  }
}

/** The messages of one received datagram, in order. Throws NetlinkDecodeError at the first length that cannot be. */
export function* readMessages(datagram: Buffer): Generator<Message> {
  let at = 0;
  while (at < datagram.length) {
    const room = datagram.length - at;
    if (room < NLMSG_HEADER_BYTES) throw new NetlinkDecodeError(`${room} stray bytes after the last message`);
    const length = datagram.readUInt32LE(at);
    if (length < NLMSG_HEADER_BYTES || length > room) {
      throw new NetlinkDecodeError(`message of ${length} bytes where ${room} are left`);
    }
    const type = datagram.readUInt16LE(at + 4);
    const flags = datagram.readUInt16LE(at + 6);
    yield new Message(datagram, at + NLMSG_HEADER_BYTES, at + length, type, flags, datagram.readUInt32LE(at + 8));
    at += align4(length);
  }
}
