import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { runThreadInTime } from "../../ffi/thread-scheduling.js";
import { Line } from "./line.js";
import { type RelayDirection, RelayLoop } from "./relay-loop.js";
import type { FromWorker, ToWorker, WorkerData } from "./worker-frames.js";

// Nothing has to happen by the clock alone: who wants something wakes this thread.
const WAIT_MS = 60_000;

/** The thread that carries frames. Its event loop waits until it is stopped: messages are taken between two rounds. */
function carry(port: MessagePort, { wakeFd }: WorkerData): void {
  // A frame's time is now, whatever else the machine does. Where it is not allowed, the process's niceness is left.
  runThreadInTime();
  const tell = (type: "lost" | "drained", { tap, fd }: RelayDirection) =>
    port.postMessage({ type, tap, fd } satisfies FromWorker);
  const loop = new RelayLoop(
    { lost: (direction) => tell("lost", direction), drained: (direction) => tell("drained", direction) },
    wakeFd,
  );
  for (;;) {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      const message = next.message as ToWorker;
      if (message.type === "stop") {
        port.close();
        return;
      }
      const taken = take(loop, message);
      if (taken !== undefined) port.postMessage(taken);
    }
    loop.turn(WAIT_MS);
  }
}

function take(loop: RelayLoop, message: Exclude<ToWorker, { type: "stop" }>): FromWorker | undefined {
  const { tap } = message;
  switch (message.type) {
    case "add":
      loop.add({
        tap,
        fd: message.fd,
        line: new Line(message.impairment, message.mtuBytes, Math.random, loop.pool),
        isEnding: false,
      });
      return { type: "took", tap, fd: message.fd, impairment: message.impairment };
    case "change": {
      const direction = loop.find(tap);
      if (direction === undefined) return undefined;
      direction.line.set(message.impairment, message.mtuBytes);
      direction.isEnding = false;
      return { type: "took", tap, fd: direction.fd, impairment: message.impairment };
    }
    case "end": {
      const direction = loop.find(tap);
      if (direction !== undefined) direction.isEnding = true;
      return undefined;
    }
  }
}

if (parentPort !== null) carry(parentPort, workerData as WorkerData);
