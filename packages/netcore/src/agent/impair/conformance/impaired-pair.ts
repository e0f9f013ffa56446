import { setTimeout as sleep } from "node:timers/promises";
import type { EffectiveImpairment, ImpairmentReport } from "@ratchet/contracts";
import { pod, port, Scene, type TestNode, wire } from "../../testing/scene.js";
import { FramePort } from "./frame-port.js";
import { median, waits } from "./judge.js";
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
    /** Ends of a wire beside it that nobody impairs. */
    private readonly plain: { a: FramePort; b: FramePort },
  ) {}

  /** Of both wires, bytes of an IP packet. */
  readonly mtuBytes = 1450;

  static async begin(engine: Engine): Promise<ImpairedPair> {
    const scene = await Scene.begin();
    try {
      const node = scene.node("n");
      await node.start();
      await scene.api.until("the agent connects", () => node.peer.hello !== undefined, 30_000);
      node.peer.change({
        pods: [pod("a"), pod("b")],
        ports: ["a", "b"].flatMap((name, i) => [
          port(name, "in1", `10.0.0.${i + 1}/24`),
          port(name, "in2", `10.0.1.${i + 1}/24`),
        ]),
        wires: [wire("ab", "a:in1", "b:in1"), wire("plain", "a:in2", "b:in2")],
      });
      const isUp = (key: string) => node.peer.portReports.get(key)?.hasCarrier === true;
      await scene.api.until("carrier", () => ["uid-a in1", "uid-b in1", "uid-a in2", "uid-b in2"].every(isUp), 30_000);
      const open = (name: string, ifName: string) => FramePort.open(`/run/netns/${node.podNetns(name)}`, ifName);
      const plain = { a: open("a", "in2"), b: open("b", "in2") };
      return new ImpairedPair(engine, scene, node, open("a", "in1"), open("b", "in1"), plain);
    } catch (error) {
      await scene.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    for (const end of [this.a, this.b, this.plain.a, this.plain.b]) end.close();
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

  /**
   * The same, or from b to a, while frames go over the wire beside it: `plainMs` is the median of what those took, which
   * is the machine's share of the delay just then.
   */
  async sendBeside(options: TrafficOptions & { isBack?: boolean }): Promise<{ traffic: Traffic; plainMs: number }> {
    const { isBack = false, ...rest } = options;
    const everyMs = Math.max(2, options.everyMs ?? 0);
    const frames = Math.max(50, Math.ceil((options.frames * (options.everyMs ?? 0)) / everyMs));
    const { a, b } = this.plain;
    const [traffic, plain] = await Promise.all([
      isBack ? this.sendBack(rest) : this.send(rest),
      isBack ? sendTraffic(b, a, { frames, everyMs }) : sendTraffic(a, b, { frames, everyMs }),
    ]);
    return { traffic, plainMs: median(waits(plain)) };
  }
}
