/** Bytes that are not the message they claim to be: a length beyond its container, or too short for its content. */
export class NetlinkDecodeError extends Error {
  override readonly name = "NetlinkDecodeError";
}
