import { join } from "node:path";
import type { LabOptions } from "@ratchet/lab";
import { Gate } from "./gate.js";

/** The gates of a lab: before each replica for each agent, and of each replica towards the store and its peers. */
export class Gates {
  readonly #agents = new Map<string, Gate[]>();
  /** By replica, one for each member of etcd. */
  readonly #store: Gate[][] = [];
  readonly #peers: Gate[] = [];

  /** `members` of etcd; 0 with the embedded store. */
  static async open(folder: string, nodes: readonly string[], replicas: number, members: number): Promise<Gates> {
    const gates = new Gates();
    try {
      for (const node of nodes) gates.#agents.set(node, []);
      for (let replica = 0; replica < replicas; replica++) {
        for (const node of nodes) gates.#agents.get(node)?.push(await Gate.at(join(folder, `${node}-${replica}.sock`)));
        if (members === 0) continue;
        const own: Gate[] = [];
        gates.#store.push(own);
        for (let member = 0; member < members; member++) own.push(await Gate.atPort());
        gates.#peers.push(await Gate.atPort());
      }
      return gates;
    } catch (error) {
      await gates.close();
      throw error;
    }
  }

  /** What makes a lab lead everything through them. */
  get options(): Pick<LabOptions, "agentSocket" | "storeUrl" | "peerUrl"> {
    return {
      agentSocket: (node, replica, own) => lead(this.#agents.get(node)?.[replica], own),
      // Each member's once, in the order of the members.
      storeUrl: (replica, own) =>
        lead(
          this.#store[replica]?.find(({ target }) => target === ""),
          portOf(own),
        ),
      peerUrl: (replica, own) => lead(this.#peers[replica], portOf(own)),
    };
  }

  /** Of an agent: to one replica, or to all. */
  ofAgent(node: string, replica?: number): readonly Gate[] {
    const gates = this.#agents.get(node) ?? [];
    return replica === undefined ? gates : gates.slice(replica, replica + 1);
  }

  /** By which a replica reaches the store. */
  toStore(replica: number): readonly Gate[] {
    return this.#store[replica] ?? [];
  }

  /** By which the others reach a replica. */
  toPeer(replica: number): readonly Gate[] {
    return this.#peers.slice(replica, replica + 1);
  }

  restore(): void {
    for (const gate of this.#all()) gate.restore();
  }

  async close(): Promise<void> {
    for (const gate of this.#all()) await gate.close();
  }

  #all(): Gate[] {
    return [...[...this.#agents.values()].flat(), ...this.#store.flat(), ...this.#peers];
  }
}

function lead(gate: Gate | undefined, own: string | number): string {
  if (gate === undefined) throw new Error(`there is no gate before ${own}`);
  gate.target = own;
  return gate.address;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
