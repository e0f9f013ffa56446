/** Whether this replica is the one that does what must happen once, such as expiring deadlines and placing pods. */
export interface Leader {
  readonly isLeader: boolean;
  /** Calls the listener after each change, with the new answer; not for the answer of the moment. */
  onChange(listener: (isLeader: boolean) => void): void;
  /** Gives leadership up, so that another replica need not wait for a lease to end. */
  stop(): Promise<void>;
}
