import { readMessages } from "./message-reader.js";
import { align4 } from "./protocol.js";

const isOn = (process.env.RATCHET_NETLINK_DEBUG ?? "") !== "";

/** Prints messages to stderr when RATCHET_NETLINK_DEBUG is set: direction, header fields, payload in hex. */
export const debugMessages: ((direction: "send" | "recv", fd: number, datagram: Buffer) => void) | undefined = isOn
  ? (direction, fd, datagram) => {
      for (const line of describeMessages(datagram)) process.stderr.write(`netlink fd=${fd} ${direction} ${line}\n`);
    }
  : undefined;

export function describeMessages(datagram: Buffer): string[] {
  const lines: string[] = [];
  try {
    let at = 0;
    for (const message of readMessages(datagram)) {
      const length = datagram.readUInt32LE(at);
      const payload = datagram.subarray(at + 16, at + length).toString("hex");
      lines.push(
        `type=${message.type} flags=0x${message.flags.toString(16)} seq=${message.sequence} len=${length} ${payload}`,
      );
      at += align4(length);
    }
  } catch (error) {
    lines.push(`undecodable: ${String(error)}`);
  }
  return lines;
}
