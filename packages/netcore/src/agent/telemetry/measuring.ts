import { join } from "node:path";
import {
  type AgentTelemetry,
  type ApiTelemetryWish,
  type AssignedWire,
  UnderlayMemory,
  type WireReport,
} from "@ratchet/contracts";
import { portKey } from "../../model/key.js";
import type { NetlinkSocket } from "../../netlink/socket.js";
import { dumpCounters } from "../../rtnetlink/link-counters.js";
import { CheckedFile } from "../checked-file.js";
import type { Log } from "../log.js";
import { LinkProber, type ProbePlace } from "../probe/link-prober.js";
import { UnderlayProber } from "../probe/underlay-prober.js";
import { portActual } from "../specs.js";
import type { World } from "../world.js";
import { PanelTelemetry } from "./panel-telemetry.js";

export interface MeasuringEvents {
  send(frame: AgentTelemetry): void;
  /** What is to be reported of these links has changed. */
  touched(linkUids: readonly string[]): void;
}

/** All that this agent measures: what wires carry, how long echoes take over them, what the underlay loses. */
export class Measuring {
  private readonly counting: PanelTelemetry;
  private readonly links: LinkProber;
  private readonly underlay: UnderlayProber;

  constructor(world: World, panelSocket: NetlinkSocket, dataFolder: string, events: MeasuringEvents, log: Log) {
    const wires = () => world.desired.wires.values();
    this.links = new LinkProber({ wires, placeOf: (wire) => placeOf(world, wire) }, log);
    this.counting = new PanelTelemetry(
      {
        readCounters: () => dumpCounters(panelSocket),
        wires,
        indexOf: (port) => world.panelHalf(portKey(port))?.ifIndex,
        probes: () => this.links.rows(),
      },
      (frame) => events.send(frame),
      log,
    );
    const answered = new CheckedFile(join(dataFolder, "underlay.json"), UnderlayMemory, () => ({ answered: [] }), log);
    this.underlay = new UnderlayProber(wires, answered, (uids) => events.touched(uids), log);
  }

  start(): void {
    this.underlay.start();
  }

  wish({ intervalMs, probeMs = 0, probes }: ApiTelemetryWish): void {
    this.counting.wish(intervalMs);
    if (intervalMs === 0) this.links.stop();
    else this.links.wish({ probeMs, probes });
  }

  /** Nobody listens any more. The underlay is watched on: what it loses is status and no telemetry. */
  lost(): void {
    this.counting.stop();
    this.links.stop();
  }

  podLeft(podUid: string): void {
    this.links.podLeft(podUid);
  }

  lossOf(wire: AssignedWire): WireReport["underlay"] {
    return this.underlay.lossOf(wire);
  }

  async stop(): Promise<void> {
    this.lost();
    await this.underlay.stop();
  }
}

/** Undefined unless the wire's own end carries: an echo over a wire that is cut tells nothing. */
function placeOf(world: World, { port }: AssignedWire): ProbePlace | undefined {
  const sandbox = world.readySandbox(port.podUid);
  const { podHalf } = portActual(world, portKey(port));
  if (sandbox === undefined || podHalf === undefined || !podHalf.isUp || !podHalf.hasCarrier) return undefined;
  return { podUid: port.podUid, netnsPath: sandbox.path, ifIndex: podHalf.ifIndex };
}
