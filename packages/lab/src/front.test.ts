import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { choosePort } from "./free-port.js";
import { Front } from "./front.js";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function replica(name: string): Promise<{ port: number; server: Server; stop: () => void }> {
  const server = createServer((_, response) => response.setHeader("connection", "close").end(name));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  ends.push(stop);
  return { port: (server.address() as AddressInfo).port, server, stop };
}

test("connections go to the replicas in turn, and past one that is gone", async () => {
  const [a, b] = [await replica("a"), await replica("b")];
  const port = await choosePort(0);
  const front = await Front.start(port, [a.port, b.port]);
  ends.push(() => front.close());
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
  expect([await ask(), await ask()].sort()).toEqual(["a", "b"]);
  a.stop();
  for (let count = 0; count < 4; count++) expect(await ask()).toBe("b");
});

test("a replica that takes connections and answers nothing is left out, and who waits for it is sent away", async () => {
  const [hanging, b] = [await replica("hanging"), await replica("b")];
  hanging.server.removeAllListeners("request");
  const port = await choosePort(0);
  const front = await Front.start(port, [hanging.port, b.port]);
  ends.push(() => front.close());
  const waiting = fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(15_000) });
  await expect(waiting).rejects.toThrow("fetch failed");
  for (let count = 0; count < 3; count++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    expect(await answer.text()).toBe("b");
  }
});
