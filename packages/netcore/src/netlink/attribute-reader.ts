import { NetlinkDecodeError } from "./decode-error.js";
import { ATTRIBUTE_HEADER_BYTES, align4, NLA_TYPE_MASK } from "./protocol.js";

/**
 * Walks the attributes of a message or nest within fixed bounds:
 * `while (reader.next()) switch (reader.type) { case IFLA_MTU: mtu = reader.u32(); }`.
 *
 * Every access is checked against the attribute's own length and throws NetlinkDecodeError. Each `next` moves at
 * least four bytes on, so no input makes it loop. Strings and bytes are copied; the buffer may be reused.
 */
export class AttributeReader {
  type = 0;
  private at = 0;
  private length = 0;
  private following: number;
  private readonly view: DataView;

  constructor(
    private readonly buffer: Buffer,
    start: number,
    private readonly end: number,
  ) {
    if (start > end || end > buffer.length)
      throw new NetlinkDecodeError(`attributes end at ${end} of ${buffer.length}`);
    this.following = start;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  }

  next(): boolean {
    const at = this.following;
    const room = this.end - at;
    if (room <= 0) return false;
    if (room < ATTRIBUTE_HEADER_BYTES) throw new NetlinkDecodeError(`${room} stray bytes after the last attribute`);
    const length = this.view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER_BYTES || length > room) {
      throw new NetlinkDecodeError(`attribute of ${length} bytes where ${room} are left`);
    }
    this.type = this.view.getUint16(at + 2, true) & NLA_TYPE_MASK;
    this.at = at + ATTRIBUTE_HEADER_BYTES;
    this.length = length - ATTRIBUTE_HEADER_BYTES;
    this.following = at + align4(length);
    return true;
  }

  /** Bytes of the present attribute. */
  get size(): number {
    return this.length;
  }

  u8(): number {
    this.need(1);
    return this.view.getUint8(this.at);
  }

  u16(): number {
    this.need(2);
    return this.view.getUint16(this.at, true);
  }

  u16be(): number {
    this.need(2);
    return this.view.getUint16(this.at, false);
  }

  u32(offset = 0): number {
    this.need(offset + 4);
    return this.view.getUint32(this.at + offset, true);
  }

  s32(offset = 0): number {
    this.need(offset + 4);
    return this.view.getInt32(this.at + offset, true);
  }

  /** As a number: counters stay exact up to 2^53. */
  u64(offset = 0): number {
    this.need(offset + 8);
    return Number(this.view.getBigUint64(this.at + offset, true));
  }

  /** Up to the first NUL. */
  string(): string {
    const zero = this.buffer.indexOf(0, this.at);
    const end = zero === -1 || zero > this.at + this.length ? this.at + this.length : zero;
    return this.buffer.toString("utf8", this.at, end);
  }

  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, this.at, this.at + this.length);
  }

  nested(headerBytes = 0): AttributeReader {
    this.need(headerBytes);
    return new AttributeReader(this.buffer, this.at + headerBytes, this.at + this.length);
  }

  private need(bytes: number): void {
    if (this.length < bytes) {
      throw new NetlinkDecodeError(`attribute ${this.type} has ${this.length} bytes, needs ${bytes}`);
    }
  }
}
