import { describe, expect, it, vi } from "vitest";
import { SILENT } from "../logger.js";
import type { Cluster, PodEvent } from "./cluster.js";
import { PodWatch } from "./pod-watch.js";

const pod = (name: string, resourceVersion: string) => ({
  metadata: { uid: name, namespace: "n", name, resourceVersion },
});

/** A cluster whose watches do what each test says, one after the other; then they stay open. */
function followed(...watches: ((onEvent: (event: PodEvent) => void) => void)[]) {
  const heard: string[] = [];
  const versions: string[] = [];
  let lists = 0;
  const cluster: Cluster = {
    listPods: async () => ({ pods: [], resourceVersion: `${++lists}00` }),
    watchPods: async (version, onEvent, signal) => {
      versions.push(version);
      const next = watches.shift();
      if (next !== undefined) return next(onEvent);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    },
    announce: async () => {},
    setGate: async () => {},
  };
  const listener = {
    listed: () => heard.push("list"),
    changed: ({ metadata }: { metadata?: { name?: string } }) => heard.push(`+${metadata?.name}`),
    deleted: ({ metadata }: { metadata?: { name?: string } }) => heard.push(`-${metadata?.name}`),
  };
  return { watch: new PodWatch(cluster, listener, SILENT), heard, versions };
}

async function until(versions: string[], count: number): Promise<void> {
  await vi.waitFor(() => expect(versions).toHaveLength(count), { timeout: 3_000 });
}

describe("following the pods of a cluster", () => {
  it("resumes at the last version seen, bookmarks included", async () => {
    const { watch, heard, versions } = followed(
      (on) => on({ type: "ADDED", object: pod("a", "101") }),
      (on) => on({ type: "BOOKMARK", object: { metadata: { resourceVersion: "150" } } }),
      (on) => on({ type: "DELETED", object: pod("a", "151") }),
    );
    watch.start();
    await until(versions, 4);
    await watch.stop();
    expect(versions).toEqual(["100", "101", "150", "151"]);
    expect(heard).toEqual(["list", "+a", "-a"]);
  });

  it("lists anew when the version has expired, told by status or within the watch", async () => {
    const { watch, heard, versions } = followed(
      () => {
        throw Object.assign(new Error("Gone"), { statusCode: 410 });
      },
      (on) => {
        on({ type: "ADDED", object: pod("a", "201") });
        on({ type: "ERROR", object: { code: 410 } });
      },
    );
    watch.start();
    await until(versions, 3);
    await watch.stop();
    expect(versions).toEqual(["100", "200", "300"]);
    expect(heard).toEqual(["list", "list", "+a", "list"]);
  });

  it("goes on after any other failure without listing", async () => {
    const { watch, heard, versions } = followed(
      (on) => on({ type: "ADDED", object: pod("a", "101") }),
      () => {
        throw new Error("connection reset");
      },
    );
    watch.start();
    await until(versions, 3);
    await watch.stop();
    expect(versions).toEqual(["100", "101", "101"]);
    expect(heard).toEqual(["list", "+a"]);
  });
});
