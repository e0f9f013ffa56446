import { isDeepStrictEqual } from "node:util";
import type { AssignedWire, EffectiveImpairment, ImpairmentReport, RelayHolding, WireReport } from "@ratchet/contracts";
import { type PortKey, portKey, portRef } from "../../model/key.js";
import type { WireEnd } from "../../plan/plan-wire.js";
import type { Planned } from "../../plan/planned.js";
import type { Log } from "../log.js";
import { tapAlias, tapName } from "../names.js";
import { leadsTo, portEnd, relayEnd, tunnelEnd } from "../specs.js";
import type { World } from "../world.js";
import { KernelShapers } from "./kernel-shapers.js";
import { RelayLink, type RelayLinkOptions } from "./relay-link.js";

/** What one direction, named by the port it leads to, shall suffer. */
interface Wanted {
  impairment: EffectiveImpairment;
  mtuBytes: number;
}

export interface ImpairmentEvents {
  /** The wires of these ports may have to be led otherwise. */
  touched(keys: Iterable<PortKey>): void;
}

/**
 * The impaired directions of this node: says what each shall suffer, and whether it does.
 *
 * A direction is led through the relay while the relay holds it, and straight otherwise: a wire always carries.
 */
export class Impairments {
  private readonly wanted = new Map<PortKey, Wanted>();
  private readonly held = new Map<string, RelayHolding>();
  private readonly relay: RelayLink;
  /** Why the relay is not there; undefined while it is, or is being started for the first time. */
  private trouble: string | undefined;
  private hasStrangers = false;
  private readonly kernel: KernelShapers;
  private readonly panelPath: string;

  constructor(
    options: RelayLinkOptions,
    private readonly hasNetem: boolean,
    private readonly world: World,
    private readonly events: ImpairmentEvents,
    private readonly log: Log,
  ) {
    this.panelPath = options.panelPath;
    this.kernel = new KernelShapers(world, options.panelPath, (key) => events.touched([key]));
    this.relay = new RelayLink(
      options,
      {
        connected: (holdings) => this.connected(holdings),
        heard: (frame) => {
          if (frame.type === "dropped") for (const tap of frame.taps) this.held.delete(tap);
          else this.hold(frame.holdings);
        },
        lost: (why) => this.lost(why),
      },
      log,
    );
  }

  /** Takes over a running relay, so that what it carries stays impaired. To be awaited before wires are planned. */
  adopt(): Promise<void> {
    return this.relay.adopt();
  }

  stop(): void {
    this.kernel.stop();
    this.relay.stop();
  }

  /** Says what a direction shall suffer from now on; null = nothing. Before it is planned. */
  want(key: PortKey, impairment: EffectiveImpairment | null): void {
    if (impairment === null) {
      this.wanted.delete(key);
      return;
    }
    const mtuBytes = this.mtuOf(key);
    const before = this.wanted.get(key);
    this.wanted.set(key, { impairment, mtuBytes });
    if (!this.isRelayed(key)) return;
    this.relay.need();
    if (!this.relay.isConnected) return;
    const isSame = before !== undefined && same(before, { impairment, mtuBytes });
    if (!isSame || !this.held.has(tapOf(key))) this.send([key], false);
  }

  /** After the plan was carried out: nothing leads through lines that are not wanted any more. */
  release(key: PortKey): void {
    const tap = tapOf(key);
    if (this.isRelayed(key) || !this.held.has(tap)) return;
    this.held.delete(tap);
    this.relay.send({ type: "drop", taps: [tap] });
    if (![...this.wanted.keys()].some((other) => this.isRelayed(other))) this.relay.rest();
  }

  /** A port as an end of its wire: with the relay's device, when frames to it shall be led through that. */
  endOf(key: PortKey): WireEnd {
    const end = portEnd(this.world, key);
    return this.isRelayed(key) && this.holding(key)?.error === null
      ? { ...end, relay: relayEnd(this.world, key) }
      : end;
  }

  private isRelayed(key: PortKey): boolean {
    const wanted = this.wanted.get(key);
    return wanted !== undefined && engineOf(wanted.impairment, this.hasNetem) === "relay";
  }

  /** What has to be done besides leading frames: by the kernel for what is asked, and to end what is asked no more. */
  plan(key: PortKey, end: WireEnd): { asked: Planned[]; rest: Planned[] } {
    const wanted = this.wanted.get(key);
    const mtuBytes = this.mtuOf(key);
    if (wanted !== undefined && engineOf(wanted.impairment, this.hasNetem) === "netem") {
      return { asked: this.kernel.plan(key, end, wanted.impairment, mtuBytes), rest: [] };
    }
    return { asked: [], rest: [...this.kernel.planEnd(key, end, mtuBytes), ...this.planStray(key)] };
  }

  /** While there is one, it takes away its own devices. */
  get hasRelay(): boolean {
    return this.relay.isConnected;
  }

  /** A device that a relay left when it was killed, and that nobody will take up again. */
  private planStray(key: PortKey): Planned[] {
    const tap = this.world.tap(key);
    if (tap === undefined || this.isRelayed(key) || this.relay.isConnected) return [];
    const action = { op: "deleteLinks", netns: this.panelPath, links: [{ ifIndex: tap.ifIndex }] } as const;
    return [{ action: { ...action, links: [...action.links] }, finding: `${tap.ifName} is no relay's` }];
  }

  private mtuOf(key: PortKey): number {
    return this.world.desired.ports.get(key)?.mtuBytes ?? 1500;
  }

  /** A device of the relay's has vanished from the panel. */
  vanished(key: PortKey): void {
    if (this.holding(key)?.error === null) this.relay.suspect();
  }

  /** What is to be said of a wire's directions; undefined when neither is impaired. */
  report(wire: AssignedWire): WireReport["impair"] {
    const near = portKey(wire.port);
    const far = wire.peer.type === "port" ? portKey(wire.peer.port) : undefined;
    const ends = {
      near: portEnd(this.world, near),
      far: far === undefined ? tunnelEndOf(this.world, wire) : portEnd(this.world, far),
    };
    const toPort = this.reportOf(near, ends.far);
    const toPeer = far === undefined ? null : this.reportOf(far, ends.near);
    return toPort === null && toPeer === null ? undefined : { toPort, toPeer };
  }

  private reportOf(key: PortKey, from: WireEnd): ImpairmentReport | null {
    const wanted = this.wanted.get(key);
    if (wanted === undefined) return null;
    const { impairment: effective } = wanted;
    const engine = engineOf(effective, this.hasNetem);
    if (engine === "netem") return this.kernel.report(key, effective, wanted.mtuBytes);
    if (engine === undefined) {
      const message = "engine netem is asked for, and this node's kernel has none: ask for auto or relay";
      return { engine: "none", state: "error", effective, actual: {}, message };
    }
    const holding = this.holding(key);
    if (holding === undefined) {
      if (this.trouble === undefined) return null;
      return { engine: "none", state: "degraded", effective, actual: {}, message: this.trouble };
    }
    if (holding.error !== null)
      return { engine: "none", state: "error", effective, actual: {}, message: holding.error };
    // Not led through it yet: this is said when it is.
    if (!this.isLedThrough(key, from)) return null;
    const state = isDeepStrictEqual(holding.impairment, effective) ? "active" : "pending";
    return { engine: "relay", state, effective, actual: holding.impairment, message: "" };
  }

  private isLedThrough(key: PortKey, from: WireEnd): boolean {
    const tap = relayEnd(this.world, key);
    return tap !== undefined && from.redirect === tap.ifIndex && leadsTo(from, portEnd(this.world, key), tap);
  }

  private holding(key: PortKey): RelayHolding | undefined {
    return this.held.get(tapOf(key));
  }

  private connected(holdings: RelayHolding[]): void {
    this.trouble = undefined;
    this.hasStrangers = true;
    this.held.clear();
    this.hold(holdings);
    this.send(this.wanted.keys(), false);
  }

  private hold(holdings: readonly RelayHolding[]): void {
    for (const holding of holdings) this.held.set(holding.tap, holding);
    const taps = new Set(holdings.map(({ tap }) => tap));
    this.events.touched([...this.wanted.keys()].filter((key) => taps.has(tapOf(key))));
  }

  private lost(why: string): void {
    this.held.clear();
    // With nothing to impair it ends by itself.
    if (this.wanted.size === 0) return;
    this.log("warn", "the relay is not there; impaired wires are put straight through", { why });
    this.trouble = `${why}; the wire is put straight through until it is back`;
    this.events.touched(this.wanted.keys());
  }

  private send(keys: Iterable<PortKey>, full: boolean): void {
    const lines = [...keys].flatMap((key) => {
      const wanted = this.isRelayed(key) ? this.wanted.get(key) : undefined;
      return wanted === undefined ? [] : [{ tap: tapOf(key), alias: tapAlias(this.aliasOf(key)), ...wanted }];
    });
    if (lines.length > 0 || full) this.relay.send({ type: "set", full, lines });
  }

  /** Drops what an earlier life had and this one does not want. To be called when everything wanted was planned. */
  prune(): void {
    if (!this.hasStrangers) return;
    this.hasStrangers = false;
    const taps = new Set([...this.wanted.keys()].filter((key) => this.isRelayed(key)).map(tapOf));
    for (const tap of this.held.keys()) {
      if (taps.has(tap)) continue;
      this.held.delete(tap);
      this.relay.send({ type: "drop", taps: [tap] });
    }
  }

  private aliasOf(key: PortKey): string {
    return this.world.panelHalf(key)?.alias ?? key;
  }
}

/** Undefined: the kernel would have to, and cannot. */
function engineOf({ engine }: EffectiveImpairment, hasNetem: boolean): "netem" | "relay" | undefined {
  if (engine === "relay") return "relay";
  if (hasNetem) return "netem";
  return engine === "netem" ? undefined : "relay";
}

function tapOf(key: PortKey): string {
  return tapName(portRef(key));
}

function tunnelEndOf(world: World, { peer }: AssignedWire): WireEnd {
  return tunnelEnd(world, peer.type === "tunnel" ? peer.tunnel.vni : 0);
}

function same(a: Wanted, b: Wanted): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
