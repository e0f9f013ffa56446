import { setTimeout as sleep } from "node:timers/promises";
import type { EffectiveImpairment, ImpairmentReport } from "@ratchet/contracts";
import { pod, port, Scene, type TestNode, wire } from "../../testing/scene.js";
import { FramePort } from "./frame-port.js";
import { sendTraffic, type Traffic, type TrafficOptions } from "./traffic.js";

export type Engine = "netem" | "relay";

/** Two pods of one node under a real agent, and what the frames between them suffer. Must be ended. */
export class ImpairedPair {
  private revision = 1;

  private constructor(
    readonly engine: Engine,
    readonly scene: Scene,
    readonly node: TestNode,
    readonly a: FramePort,
    readonly b: FramePort,
  ) {}

  static async begin(engine: Engine): Promise<ImpairedPair> {
    const scene = await Scene.begin();
    try {
      const node = scene.node("n");
      await node.start();
      await scene.api.until("the agent connects", () => node.peer.hello !== undefined, 30_000);
      node.peer.change({
        pods: [pod("a"), pod("b")],
        ports: [port("a", "in1", "10.0.0.1/24"), port("b", "in1", "10.0.0.2/24")],
        wires: [wire("ab", "a:in1", "b:in1")],
      });
      const isUp = (key: string) => node.peer.portReports.get(key)?.hasCarrier === true;
      await scene.api.until("carrier", () => ["uid-a in1", "uid-b in1"].every(isUp), 30_000);
      const [a, b] = ["a", "b"].map((name) => FramePort.open(`/run/netns/${node.podNetns(name)}`, "in1"));
      return new ImpairedPair(engine, scene, node, a!, b!);
    } catch (error) {
      await scene.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    this.a.close();
    this.b.close();
    await this.scene.end();
  }

  /** Impairs what a sends, and what b sends, and waits until it is so. */
  async set(fromA: EffectiveImpairment | null, fromB: EffectiveImpairment | null = null): Promise<void> {
    const revision = this.ask(fromA, fromB);
    await this.scene.api.until(
      `${JSON.stringify([fromA, fromB])} is in force`,
      () => {
        const report = this.node.peer.wireReports.get("link-ab");
        if (report === undefined || report.revision < revision) return false;
        return [
          [fromA, report.impair?.toPeer],
          [fromB, report.impair?.toPort],
        ].every(([asked, is]) => (asked === null ? is == null : (is as ImpairmentReport | null)?.state === "active"));
      },
      30_000,
    );
    // The relay's device is drained before it goes; what is measured next shall not see that.
    if (fromA === null && fromB === null) await sleep(50);
  }

  /** Asks without waiting; returns the revision that will be reported. */
  ask(fromA: EffectiveImpairment | null, fromB: EffectiveImpairment | null = null): number {
    const with_ = (asked: EffectiveImpairment | null) => asked && { ...asked, engine: this.engine };
    const impair = { toPeer: with_(fromA), toPort: with_(fromB) };
    this.node.peer.change({ wires: [wire("ab", "a:in1", "b:in1", { revision: ++this.revision, impair })] });
    return this.revision;
  }

  /** Of what a sends. */
  get report(): ImpairmentReport | null | undefined {
    return this.node.peer.wireReports.get("link-ab")?.impair?.toPeer;
  }

  /** From a to b. */
  send(options: TrafficOptions): Promise<Traffic> {
    return sendTraffic(this.a, this.b, options);
  }

  sendBack(options: TrafficOptions): Promise<Traffic> {
    return sendTraffic(this.b, this.a, options);
  }
}
