import { randomUUID } from "node:crypto";
import type { PeerDial } from "../access/peer-credentials.js";
import type { Logger } from "../logger.js";
import type { Mirror } from "../state/mirror.js";
import type { Store } from "../store/store.js";
import { VERSION } from "../version.js";
import { ElectedLeader } from "./elected-leader.js";
import { Membership } from "./membership.js";
import { Peers, type PeersParts } from "./peers.js";
import { Session } from "./session.js";

export interface ReplicaOptions {
  /** Unique among the replicas; the same again after a restart takes over at once what a killed process held. */
  id: string;
  /** How long the store waits for a replica that hangs or was killed. */
  leaseSeconds?: number;
  /** What is shown to the replica at this address; read at each dial. */
  credentials?: (url: string) => PeerDial;
}

/** This process as one of several replicas of the API on one store. */
export class Replicas {
  readonly id: string;
  readonly incarnation = randomUUID();
  readonly leader: ElectedLeader;
  readonly membership: Membership;
  readonly #session: Session;
  readonly #credentials: ((url: string) => PeerDial) | undefined;
  #peers: Peers | undefined;

  constructor({ id, leaseSeconds, credentials }: ReplicaOptions, store: Store, mirror: Mirror, log: Logger) {
    this.id = id;
    this.#credentials = credentials;
    this.#session = new Session(store, log, leaseSeconds);
    this.leader = new ElectedLeader({
      store,
      mirror,
      session: this.#session,
      log,
      replica: id,
      incarnation: this.incarnation,
    });
    this.membership = new Membership({ store, mirror, session: this.#session, log });
  }

  get peers(): Peers | undefined {
    return this.#peers;
  }

  /** From now on this replica and the others share what their agents say. */
  join(parts: Omit<PeersParts, "replica" | "membership">): void {
    const credentials = this.#credentials;
    this.#peers = new Peers({
      ...parts,
      replica: this.id,
      membership: this.membership,
      ...(credentials === undefined ? {} : { credentials }),
    });
    parts.agents.relayBy(this.#peers);
  }

  start(): void {
    this.#session.start();
  }

  /** `peerUrl`: how other replicas reach this one; null: they cannot. */
  announce(peerUrl: string | null): void {
    const { id, incarnation } = this;
    this.membership.announce({ id, incarnation, peerUrl, version: VERSION, startedAt: new Date().toISOString() });
  }

  async stop(): Promise<void> {
    this.#peers?.stop();
    await this.membership.stop();
    await this.leader.stop();
    await this.#session.stop();
  }
}
