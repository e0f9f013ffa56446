import type { StreamFrame } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { followStream, type ResumePoint } from "./connection.js";

class FakeSocket {
  readyState = 1;
  readonly sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(readonly url: string) {}
  close() {
    this.isClosed = true;
    this.onclose?.();
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  say(frame: unknown) {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
}

/** A browser with a clock that is turned by hand. */
function world() {
  let now = 0;
  let next = 1;
  const timers = new Map<number, { at: number; run: () => void }>();
  const sockets: FakeSocket[] = [];
  const log: string[] = [];
  const frames: StreamFrame[] = [];
  let point: ResumePoint | undefined;
  let mustThrow = false;
  const { stop, watch } = followStream(
    "default",
    {
      onFrames: (batch) => {
        if (mustThrow) throw new Error("makes no sense");
        frames.push(...batch);
        log.push(`batch of ${batch.length}`);
      },
      onWord: () => {},
      onSilence: () => log.push("silence"),
      resumePoint: () => point,
    },
    {
      open: (url) => {
        const socket = new FakeSocket(url);
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      now: () => now,
      setTimer: (run, ms) => {
        timers.set(next, { at: now + ms, run });
        return next++;
      },
      clearTimer: (timer) => timers.delete(timer),
      nextFrame: (run) => timers.set(next++, { at: now + 16, run }),
      random: () => 1,
    },
  );
  const pass = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const due = [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      timers.delete(due[0]);
      now = due[1].at;
      due[1].run();
    }
    now = until;
  };
  return {
    sockets,
    log,
    frames,
    pass,
    stop,
    watch,
    resumeFrom: (own: ResumePoint) => {
      point = own;
    },
    throwNext: (value: boolean) => {
      mustThrow = value;
    },
  };
}

const heartbeat = { type: "heartbeat", at: "2026-01-01T00:00:00.000Z", revision: 1, sequence: 1 };

test("two seconds without a word are silence, although the socket looks open", () => {
  const { sockets, log, pass } = world();
  sockets[0]?.say(heartbeat);
  pass(1_900);
  expect(log).not.toContain("silence");
  sockets[0]?.say(heartbeat);
  pass(1_900);
  expect(log).not.toContain("silence");
  pass(200);
  expect(log).toContain("silence");
  expect(sockets[0]?.isClosed).toBe(true);
});

test("comes back by itself from the revision it had", () => {
  const { sockets, pass, resumeFrom } = world();
  resumeFrom({ storeId: "s", revision: 42 });
  sockets[0]?.close();
  pass(200);
  expect(sockets).toHaveLength(2);
  expect(sockets[1]?.url).toBe("/api/v1/stream?namespace=default&since=42&store=s");
});

test("a burst of frames is one batch", () => {
  const { sockets, log, pass } = world();
  for (let i = 0; i < 50; i++) sockets[0]?.say(heartbeat);
  pass(20);
  expect(log).toEqual(["batch of 50"]);
});

test.each([["{"], ['{"type":"nonsense"}'], ['{"type":"delta"}']])("asks for a snapshot after %s", (bad) => {
  const { sockets, log, pass, resumeFrom } = world();
  resumeFrom({ storeId: "s", revision: 42 });
  sockets[0]?.say(bad);
  pass(200);
  expect(log).toContain("silence");
  expect(sockets[1]?.url).toBe("/api/v1/stream?namespace=default");
});

test("asks for a snapshot when the deltas make no sense, and resumes again afterwards", () => {
  const { sockets, pass, resumeFrom, throwNext } = world();
  resumeFrom({ storeId: "s", revision: 42 });
  throwNext(true);
  sockets[0]?.say(heartbeat);
  pass(250);
  throwNext(false);
  expect(sockets[1]?.url).toBe("/api/v1/stream?namespace=default");
  sockets[1]?.say(heartbeat);
  pass(20);
  sockets[1]?.close();
  pass(200);
  expect(sockets[2]?.url).toContain("since=42");
});

test("stays away once it was told to stop", () => {
  const { sockets, pass, stop, log } = world();
  stop();
  pass(60_000);
  expect(sockets).toHaveLength(1);
  expect(log).toEqual([]);
});

test("says what it looks at once, and again after every reconnect", () => {
  const { sockets, pass, watch } = world();
  watch(["u1", "u2"]);
  watch(["u1", "u2"]);
  expect(sockets[0]?.sent).toEqual([{ type: "watch", links: ["u1", "u2"] }]);
  sockets[0]?.close();
  pass(200);
  sockets[1]?.onopen?.();
  expect(sockets[1]?.sent).toEqual([{ type: "watch", links: ["u1", "u2"] }]);
  watch([]);
  expect(sockets[1]?.sent.at(-1)).toEqual({ type: "watch", links: [] });
});
