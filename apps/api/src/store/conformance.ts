import { afterEach, beforeEach, describe } from "vitest";
import { describeEntries } from "./conformance/entries.js";
import { describeHistory } from "./conformance/history.js";
import { describeLeases } from "./conformance/leases.js";
import { describeTransactions } from "./conformance/transactions.js";
import { describeWatches } from "./conformance/watches.js";
import type { Store } from "./store.js";

/** One place where a store's data lives, for the length of one test. */
export interface StoreHome {
  /** Opens the data; again after close() too. */
  open(): Promise<Store>;
  /** Removes the data. Stores are closed by then. */
  remove(): Promise<void>;
}

/** What the parts of the suite work with. */
export interface Subject {
  /** Opened anew, and empty, for each test. */
  readonly store: Store;
  /** Closes the store and opens it again. */
  reopen(): Promise<Store>;
}

/** Registers the tests that every implementation of Store passes. `home` makes an empty place for each test. */
export function describeStore(name: string, home: () => Promise<StoreHome>): void {
  describe(`${name} store`, () => {
    let place: StoreHome;
    let store: Store | undefined;
    const subject: Subject = {
      get store() {
        if (store === undefined) throw new Error("the store is open within tests only");
        return store;
      },
      async reopen() {
        await store?.close();
        store = await place.open();
        return store;
      },
    };

    beforeEach(async () => {
      place = await home();
      store = await place.open();
    });
    afterEach(async () => {
      await store?.close();
      store = undefined;
      await place.remove();
    });

    describeEntries(subject);
    describeTransactions(subject);
    describeWatches(subject);
    describeHistory(subject);
    describeLeases(subject);
  });
}
