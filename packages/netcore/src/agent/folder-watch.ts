import { type FSWatcher, watch } from "node:fs";
import { NETNS_FOLDER } from "../ffi/named-netns.js";
import type { Log } from "./log.js";

/** One change is told of in several notifications. */
const SETTLE_MS = 5;

/** Calls when a named namespace comes or goes. */
export class FolderWatch {
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly changed: () => void,
    private readonly log: Log,
  ) {}

  start(): void {
    this.watcher = watch(NETNS_FOLDER, () => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.changed();
      }, SETTLE_MS);
    });
    this.watcher.on("error", (error) =>
      this.log("warn", "cannot watch the namespaces' folder", { error: error.message }),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
    this.watcher?.close();
  }
}
