import { get, type IncomingMessage } from "node:http";
import { HTTP_BODY_MAX_BYTES, type HttpParams, type HttpResult, parseIp } from "@ratchet/contracts";
import type { Call } from "./rpc.js";
import { tcpSocketIn } from "./tcp-socket.js";

/** One GET from inside a pod. What the far end does, or does not, is an answer; only the agent's own failures throw. */
export async function httpGet(netnsPath: string, params: HttpParams, call: Call<never>): Promise<HttpResult> {
  const { signal } = call;
  signal.throwIfAborted();
  const { address, port, host, path, withinMs } = params;
  const socket = tcpSocketIn(netnsPath, parseIp(address)?.family ?? 4);
  const startedMs = performance.now();
  const spent = () => performance.now() - startedMs;
  const answer: HttpResult = { status: 0, body: "", firstByteMs: null, totalMs: 0, message: "" };
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string) => {
        answer.message = message;
        resolve();
      };
      signal.addEventListener("abort", () => {
        // At once: the namespace is kept alive by nothing but this socket when its pod has gone.
        socket.destroy();
        reject(signal.reason);
      });
      const late = setTimeout(() => fail(`not done within ${withinMs} ms`), withinMs);
      socket.once("close", () => clearTimeout(late));
      const headers = { host, connection: "close", "user-agent": "ratchet" };
      const request = get({ path, headers, createConnection: () => socket.connect(port, address) }, (response) => {
        answer.status = response.statusCode ?? 0;
        answer.firstByteMs = spent();
        readBody(response).then(
          (body) => {
            answer.body = body;
            resolve();
          },
          (error: Error) => fail(error.message),
        );
      });
      request.on("error", (error) => fail(error.message));
    });
  } finally {
    socket.destroy();
  }
  return { ...answer, totalMs: spent() };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part.subarray(0, HTTP_BODY_MAX_BYTES - bytes));
    bytes += part.length;
    if (bytes >= HTTP_BODY_MAX_BYTES) break;
  }
  return Buffer.concat(parts).toString("utf8");
}
