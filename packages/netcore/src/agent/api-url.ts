const AGENT_PATH = "/api/v1/agent";

/** The WebSocket address of an API given as `unix:PATH` or `http(s)://HOST[:PORT]`. */
export function apiSocketUrl(api: string): string {
  // ws+unix takes PATH:REQUEST (ws, doc/ws.md).
  if (api.startsWith("unix:")) return `ws+unix:${api.slice("unix:".length)}:${AGENT_PATH}`;
  const url = new URL(api);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.pathname = AGENT_PATH;
  return url.href;
}
