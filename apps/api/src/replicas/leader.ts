import type { Compare } from "../store/store.js";

/** Whether this replica is the one that does what must happen once, such as expiring deadlines and placing pods. */
export interface Leader {
  readonly isLeader: boolean;
  /** Calls the listener after each change, with the new answer; not for the answer of the moment. */
  onChange(listener: (isLeader: boolean) => void): void;
  /**
   * What a transaction of the leader's compares: it fails once another one leads, whatever this one still believes.
   *
   * @throws NotLeading
   */
  fence(): Compare[];
}

/** Work of the leader's was begun by a replica that does not lead any more. The one that does begins anew. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";

  constructor() {
    super("another replica leads now");
  }
}
