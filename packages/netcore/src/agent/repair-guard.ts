const WINDOW_MS = 10_000;
const FREE_REPAIRS = 5;
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

interface History {
  times: number[];
  pauseMs: number;
  until: number;
  /** Repairs within the window before the next pause: several at first, one for somebody known to fight. */
  allowance: number;
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
    if (history.times.length < history.allowance) {
      if (history.times.length === 0 && now > history.until + LAST_PAUSE_MS) this.histories.delete(key);
      return { waitMs: 0, isNew: false };
    }
    history.times = [];
    history.allowance = 1;
    history.until = now + history.pauseMs;
    const waitMs = history.pauseMs;
    history.pauseMs = Math.min(LAST_PAUSE_MS, history.pauseMs * 2);
    return { waitMs, isNew: true };
  }

  /** Notes a repair that was done. */
  note(key: string): void {
    const history = this.histories.get(key);
    if (history === undefined) {
      const times = [this.now()];
      this.histories.set(key, { times, pauseMs: FIRST_PAUSE_MS, until: 0, allowance: FREE_REPAIRS });
    } else history.times.push(this.now());
  }

  forget(key: string): void {
    this.histories.delete(key);
  }

  forgetAll(): void {
    this.histories.clear();
  }
}
