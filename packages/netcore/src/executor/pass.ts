import { setImmediate } from "node:timers/promises";
import { errnoOf } from "../ffi/errno.js";
import { closeNetns, openNetns, withNetns } from "../ffi/netns.js";
import { PacketSocket } from "../ffi/packet-socket.js";
import { isSystemError } from "../ffi/system-error.js";
import { isNotFound, isOneOf, NetlinkError } from "../netlink/error.js";
import type { NetlinkSocket } from "../netlink/socket.js";
import { deleteLinks } from "../rtnetlink/delete-links.js";
import { getLink } from "../rtnetlink/link.js";
import type { LinkRef } from "../rtnetlink/link-message.js";
import type { Sockets } from "./sockets.js";
import type { Step, StepContext, StepRequest } from "./step.js";

// Each step may name a namespace whose descriptor must be open while its request is sent.
const STEPS_PER_SEND = 256;

/** One run of steps: what it has learnt about indexes, and the first failure of each action. */
export class Pass {
  readonly failures = new Map<number, Error>();
  readonly made = new Map<number, number>();
  private readonly indexes = new Map<string, number>();

  constructor(private readonly sockets: Sockets) {}

  /** Carries out one level's steps of one namespace, in order. */
  async run(netns: string, steps: readonly Step[]): Promise<void> {
    for (let first = 0; first < steps.length; ) {
      const kind = steps[first]!.work.kind;
      let end = first + 1;
      while (end < steps.length && steps[end]!.work.kind === kind && end - first < STEPS_PER_SEND) end++;
      const part = steps.slice(first, end);
      await this.runPart(netns, part);
      first = end;
      // Events that these steps caused are read in between, or their receive buffer would overflow.
      if (part.length === STEPS_PER_SEND) await setImmediate();
    }
  }

  private async runPart(netns: string, steps: readonly Step[]): Promise<void> {
    const kind = steps[0]!.work.kind;
    try {
      if (kind === "requests") await this.sockets.use(netns, (socket) => this.sendRequests(socket, steps));
      else if (kind === "deleteLinks") for (const step of steps) await this.deleteLinks(step);
      else await this.runInside(netns, steps);
    } catch (error) {
      for (const step of steps) if (!(step.acceptsAbsent && isGone(error))) this.fail(step, error);
    }
  }

  private sendRequests(socket: NetlinkSocket, steps: readonly Step[]): void {
    this.chooseIndexes(steps);
    this.lookUp(socket, steps);
    const netnsFds = new Map<string, number>();
    const context = this.context(netnsFds);
    try {
      const planned: (StepRequest & { step: Step })[] = [];
      for (const step of steps) {
        try {
          if (step.work.kind === "requests") for (const one of step.work.build(context)) planned.push({ ...one, step });
        } catch (error) {
          if (!this.isAccepted(step, error)) this.fail(step, error);
        }
      }
      const results = socket.batch(planned.map(({ request }) => request));
      results.forEach((result, i) => {
        const { step, accept } = planned[i]!;
        if (!result.ok && !(accept && isOneOf(result.error, accept))) this.fail(step, result.error);
      });
    } finally {
      for (const fd of netnsFds.values()) closeNetns(fd);
    }
    for (const { action, makes } of steps) {
      if (makes === undefined) continue;
      const key = keyOf(makes.netns, makes.ifName);
      const ifIndex = this.indexes.get(key);
      if (this.failures.has(action)) this.indexes.delete(key);
      else if (ifIndex !== undefined) this.made.set(action, ifIndex);
    }
  }

  private async deleteLinks(step: Step): Promise<void> {
    if (step.work.kind !== "deleteLinks") return;
    const { links } = step.work;
    const role = "deletions";
    await this.sockets.use(
      step.netns,
      async (socket) => {
        const names = links.flatMap((link) => ("ifName" in link ? [link.ifName] : []));
        this.resolveNames(socket, step.netns, names);
        const indexes = links.flatMap((link) => this.known(step.netns, link) ?? []);
        for (const result of await deleteLinks(socket, indexes)) if (!result.ok) this.fail(step, result.error);
        for (const name of names) this.indexes.delete(keyOf(step.netns, name));
      },
      role,
    );
  }

  private async runInside(netns: string, steps: readonly Step[]): Promise<void> {
    if (steps.some((step) => step.needs.length > 0)) {
      await this.sockets.use(netns, (socket) => this.lookUp(socket, steps));
    }
    const passing: PacketSocket[] = [];
    const context = this.context(new Map(), passing);
    try {
      withNetns(netns, () => {
        for (const step of steps) {
          try {
            if (step.work.kind === "inside") step.work.run(context);
          } catch (error) {
            this.fail(step, error);
          }
        }
      });
    } finally {
      for (const socket of passing) socket.close();
    }
  }

  /** Gives what is made in a namespace of ours its index now. */
  private chooseIndexes(steps: readonly Step[]): void {
    for (const { makes } of steps) {
      if (makes === undefined) continue;
      const ifIndex = this.sockets.nextIndex(makes.netns);
      if (ifIndex !== undefined) this.indexes.set(keyOf(makes.netns, makes.ifName), ifIndex);
    }
  }

  private lookUp(socket: NetlinkSocket, steps: readonly Step[]): void {
    const byNetns = new Map<string, string[]>();
    for (const step of steps) {
      for (const { netns, ifName } of step.needs) {
        const names = byNetns.get(netns);
        if (names === undefined) byNetns.set(netns, [ifName]);
        else names.push(ifName);
      }
    }
    for (const [netns, names] of byNetns) this.resolveNames(socket, netns, names);
  }

  private resolveNames(socket: NetlinkSocket, netns: string, names: readonly string[]): void {
    const unknown = [...new Set(names)].filter((name) => !this.indexes.has(keyOf(netns, name)));
    if (unknown.length === 0) return;
    const results = socket.batch(unknown.map((ifName) => getLink({ ifName })));
    results.forEach((result, i) => {
      if (result.ok) this.indexes.set(keyOf(netns, unknown[i]!), (result.value as { ifIndex: number }).ifIndex);
    });
  }

  private context(netnsFds: Map<string, number>, passing: PacketSocket[] = []): StepContext {
    return {
      packets: (netns) => {
        const kept = this.sockets.packets(netns);
        if (kept !== undefined) return kept;
        if (passing.length === 0) passing.push(PacketSocket.open());
        return passing[0]!;
      },
      indexOf: (netns, ref) => {
        const ifIndex = this.known(netns, ref);
        if (ifIndex !== undefined) return ifIndex;
        const ifName = "ifName" in ref ? ref.ifName : undefined;
        throw new NetlinkError({ op: "getlink", errno: errnoOf("ENODEV"), ifName });
      },
      chosen: (netns, ifName) => {
        const ifIndex = this.known(netns, { ifName });
        return ifIndex === undefined ? {} : { ifIndex };
      },
      netnsFd: (netns) => {
        let fd = netnsFds.get(netns);
        if (fd === undefined) {
          fd = openNetns(netns);
          netnsFds.set(netns, fd);
        }
        return fd;
      },
    };
  }

  private known(netns: string, ref: LinkRef): number | undefined {
    return "ifIndex" in ref ? ref.ifIndex : this.indexes.get(keyOf(netns, ref.ifName));
  }

  /** An interface that is not there is what some actions want. */
  private isAccepted(step: Step, error: unknown): boolean {
    return step.acceptsAbsent === true && isNotFound(error);
  }

  private fail(step: Step, error: unknown): void {
    if (this.failures.has(step.action)) return;
    this.failures.set(step.action, error instanceof Error ? error : new Error(String(error)));
  }
}

/** The namespace itself is not there: no such path, or a file that no namespace is mounted on. */
function isGone(error: unknown): boolean {
  return isSystemError(error, "ENOENT") || isSystemError(error, "EINVAL");
}

function keyOf(netns: string, ifName: string): string {
  return `${ifName} ${netns}`;
}
