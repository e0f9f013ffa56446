import type { Compare } from "../store/store.js";
import type { Leader } from "./leader.js";

/** The leader of an installation with one replica: always this one. */
export class SoleLeader implements Leader {
  readonly isLeader = true;

  onChange(): void {
    // It never changes.
  }

  fence(): Compare[] {
    return [];
  }
}
