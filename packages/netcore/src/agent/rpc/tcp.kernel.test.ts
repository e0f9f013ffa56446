import { spawn } from "node:child_process";
import { once } from "node:events";
import { HttpParams, SinkParams, SourceParams } from "@ratchet/contracts";
import { afterEach, expect, test } from "vitest";
import { httpGet } from "./http.js";
import { openDescriptors, usePodPair } from "./testing/pod-pair.js";
import { sink, source } from "./throughput.js";

const pods = usePodPair();
const never = { signal: new AbortController().signal, progress: () => {}, useOf: () => {} };
// Closing a handle takes a turn of the loop.
afterEach(() => expect.poll(openDescriptors).toBe(pods.descriptors));

const SERVER = `require("node:http").createServer((q, r) => { r.statusCode = q.url === "/no" ? 404 : 200; r.end("hello " + q.headers.host + q.url); }).listen(8000, "10.0.0.2", () => console.log("up"))`;

test("an HTTP request comes from inside the pod, and its answer is told whatever it is", async () => {
  const server = spawn("nsenter", [`--net=${pods.b.path}`, process.execPath, "-e", SERVER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(server.stdout, "data");
    const get = (more: object) =>
      httpGet(
        pods.a.path,
        HttpParams.parse({
          podUid: "u",
          address: "10.0.0.2",
          port: 8000,
          host: "b",
          path: "/",
          withinMs: 3000,
          ...more,
        }),
        never,
      );
    expect(await get({})).toMatchObject({ status: 200, body: "hello b/", message: "" });
    expect(await get({ path: "/no" })).toMatchObject({ status: 404, body: "hello b/no" });
    expect(await get({ port: 8001 })).toMatchObject({ status: 0, message: expect.stringContaining("ECONNREFUSED") });
    pods.b.ip("link", "set", "in1", "down");
    expect(await get({ withinMs: 100 })).toMatchObject({ status: 0, message: "not done within 100 ms" });
  } finally {
    server.kill("SIGKILL");
    server.stdout.destroy();
    await once(server, "close");
  }
});

test("throughput counts at the far end what the near end sent", async () => {
  const stop = new AbortController();
  let listening: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const params = SinkParams.parse({ podUid: "u", address: "10.0.0.2", waitMs: 5000, seconds: 0.3 });
  const taken = sink(pods.b.path, params, {
    signal: stop.signal,
    progress: (ready) => listening(ready.port),
    useOf: () => {},
  });
  const sent = await source(
    pods.a.path,
    SourceParams.parse({ podUid: "u", address: "10.0.0.2", port: await port, seconds: 0.3 }),
    never,
  );
  const arrived = await taken;
  expect(arrived.bytes).toBe(sent.bytes);
  expect(arrived.kbitPerSecond).toBeGreaterThan(1000);
});

test("a sink that nobody comes to, and one that is cancelled, leave nothing", async () => {
  const params = (more: object) =>
    SinkParams.parse({ podUid: "u", address: "10.0.0.2", waitMs: 50, seconds: 1, ...more });
  await expect(sink(pods.b.path, params({}), never)).rejects.toThrow("nobody connected");
  const stop = new AbortController();
  const taken = sink(pods.b.path, params({ waitMs: 60_000 }), { ...never, signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(taken).rejects.toThrow("enough");
});
