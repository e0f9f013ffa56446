const WINDOW_MS = 10_000;
const FREE_REPAIRS = 5;
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

interface History {
  times: number[];
  pauseMs: number;
  until: number;
}

export interface Verdict {
  /** Milliseconds until the repair may be tried; 0 = now. */
  waitMs: number;
  /** True when the pause begins with this verdict: the moment to say so. */
  isNew: boolean;
}

/** Notices when somebody undoes a repair again and again, and lets pauses grow instead of fighting. */
export class RepairGuard {
  private readonly histories = new Map<string, History>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Asks before a repair. */
  ask(key: string): Verdict {
    const history = this.histories.get(key);
    if (history === undefined) return { waitMs: 0, isNew: false };
    const now = this.now();
    if (history.until > now) return { waitMs: history.until - now, isNew: false };
    history.times = history.times.filter((time) => time > now - WINDOW_MS);
    if (history.times.length < FREE_REPAIRS) {
      if (history.times.length === 0) this.histories.delete(key);
      return { waitMs: 0, isNew: false };
    }
    history.times = [];
    history.until = now + history.pauseMs;
    const waitMs = history.pauseMs;
    history.pauseMs = Math.min(LAST_PAUSE_MS, history.pauseMs * 2);
    return { waitMs, isNew: true };
  }

  /** Notes a repair that was done. */
  note(key: string): void {
    const history = this.histories.get(key);
    if (history === undefined) this.histories.set(key, { times: [this.now()], pauseMs: FIRST_PAUSE_MS, until: 0 });
    else history.times.push(this.now());
  }

  forget(key: string): void {
    this.histories.delete(key);
  }
}
