import { ATTRIBUTE_HEADER_BYTES, align4, NLA_F_NESTED, NLMSG_HEADER_BYTES } from "./protocol.js";

/**
 * Writes netlink messages one after the other into a single buffer that grows, so that a batch costs no
 * allocation per message or attribute. Sizes of messages and nests are patched in when they end.
 */
export class MessageWriter {
  private buffer: Buffer<ArrayBuffer>;
  private view: DataView;
  private end = 0;
  private messageStart = 0;

  constructor(initialBytes = 4096) {
    this.buffer = Buffer.alloc(Math.max(64, initialBytes));
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length);
  }

  get length(): number {
    return this.end;
  }

  /** The bytes so far; a view that the next write may invalidate. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  reset(): void {
    this.end = 0;
  }

  beginMessage(type: number, flags: number, sequence: number): void {
    this.messageStart = this.end;
    const at = this.reserve(NLMSG_HEADER_BYTES);
    this.view.setUint16(at + 4, type, true);
    this.view.setUint16(at + 6, flags, true);
    this.view.setUint32(at + 8, sequence, true);
  }

  endMessage(): void {
    this.view.setUint32(this.messageStart, this.end - this.messageStart, true);
  }

  /** Takes back the message that was begun last. */
  dropMessage(): void {
    this.end = this.messageStart;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value >>> 0, true);
  }

  zero(length: number): void {
    this.reserve(length);
  }

  attrFlag(type: number): void {
    this.attrHeader(type, 0);
  }

  attrU8(type: number, value: number): void {
    const at = this.attrHeader(type, 1);
    this.view.setUint8(at, value);
  }

  attrU16(type: number, value: number): void {
    const at = this.attrHeader(type, 2);
    this.view.setUint16(at, value, true);
  }

  /** Network byte order, as ports and ethertypes want it. */
  attrU16be(type: number, value: number): void {
    const at = this.attrHeader(type, 2);
    this.view.setUint16(at, value, false);
  }

  attrU32(type: number, value: number): void {
    const at = this.attrHeader(type, 4);
    this.view.setUint32(at, value >>> 0, true);
  }

  attrS32(type: number, value: number): void {
    const at = this.attrHeader(type, 4);
    this.view.setInt32(at, value, true);
  }

  attrU64(type: number, value: bigint): void {
    const at = this.attrHeader(type, 8);
    this.view.setBigUint64(at, value, true);
  }

  attrBytes(type: number, value: Uint8Array): void {
    const at = this.attrHeader(type, value.length);
    this.buffer.set(value, at);
  }

  /** UTF-8 with a closing NUL, as names, kinds and aliases are sent. */
  attrString(type: number, value: string): void {
    const length = Buffer.byteLength(value);
    const at = this.attrHeader(type, length + 1);
    this.buffer.write(value, at);
  }

  /** Opens a nest; give the result to `endNest`. The attribute's own number goes out with NLA_F_NESTED. */
  beginNest(type: number): number {
    const at = this.reserve(ATTRIBUTE_HEADER_BYTES);
    this.view.setUint16(at + 2, type | NLA_F_NESTED, true);
    return at;
  }

  endNest(start: number): void {
    const length = this.end - start;
    if (length > 0xffff) throw new RangeError(`netlink attribute of ${length} bytes`);
    this.view.setUint16(start, length, true);
  }

  private attrHeader(type: number, payloadBytes: number): number {
    const length = ATTRIBUTE_HEADER_BYTES + payloadBytes;
    if (length > 0xffff) throw new RangeError(`netlink attribute of ${length} bytes`);
    const at = this.reserve(align4(length));
    this.view.setUint16(at, length, true);
    this.view.setUint16(at + 2, type, true);
    return at + ATTRIBUTE_HEADER_BYTES;
  }

  /** Takes zeroed room at the end. It may replace buffer and view: ask it before touching either. */
  private reserve(length: number): number {
    const at = this.end;
    const needed = at + length;
    if (needed > this.buffer.length) this.grow(needed);
    this.buffer.fill(0, at, needed);
    this.end = needed;
    return at;
  }

  private grow(needed: number): void {
    const larger = Buffer.alloc(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
    this.view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }
}
