export type LogLevel = "debug" | "info" | "warn" | "error";
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

const isDebug = process.env.RATCHET_LOG === "debug";

/** JSON lines on stderr, as the other programs of the project write them. */
export function createLog(node: string): Log {
  return (level, message, fields) => {
    if (level === "debug" && !isDebug) return;
    process.stderr.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, node, msg: message, ...fields })}\n`,
    );
  };
}
