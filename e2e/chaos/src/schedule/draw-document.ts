import type { Random } from "@ratchet/testkit";
import type { ModelNode } from "../model/expected.js";
import {
  type EndSpec,
  type Kind,
  type LinkDocument,
  linksOf,
  type PodDocument,
  type PodSpec,
  podIn,
  podsOf,
  type World,
} from "../model/world.js";
import {
  addressOf,
  EXPLICIT_VNIS,
  INTERFACES,
  LINKS,
  macOf,
  NAMESPACES,
  PODS,
  routeOf,
  SELECTING,
  SETS,
  TIERS,
} from "./names.js";

const SET_LABEL = "ratchet.network/set";

/** Draws objects: mostly such as can be accepted in `world`, now and then such as cannot. */
export class Drawer {
  constructor(
    readonly random: Random,
    readonly nodes: readonly ModelNode[],
    public world: World,
    readonly hasSelectors = false,
  ) {}

  pod(namespace: string, name: string): PodDocument {
    const { random } = this;
    const spec: PodSpec = { ...this.place(), sandbox: { managed: true } };
    if (random.chance(0.4))
      spec.loopback = [`9.9.${NAMESPACES.indexOf(namespace as never)}.${PODS.indexOf(name as never) + 1}/32`];
    if (random.chance(0.25)) {
      spec.interfaces = [
        { name: random.pick(INTERFACES), ...(random.chance(0.5) ? { mtu: random.pick([1400, 1500]) } : {}) },
      ];
    }
    const labels = this.labels();
    if (this.hasSelectors && random.chance(0.7)) labels.tier = random.pick(TIERS);
    return { kind: "Pod", namespace, name, labels, spec };
  }

  /** A node for a pod, named or chosen by label. */
  place(): Pick<PodSpec, "node" | "nodeSelector"> {
    const node = this.random.pick(this.nodes);
    const hasLabels = Object.keys(node.labels).length > 0;
    return hasLabels && this.random.chance(0.3) ? { nodeSelector: { ...node.labels } } : { node: node.name };
  }

  link(namespace: string, name: string): LinkDocument {
    const { random } = this;
    const isV6 = random.chance(0.2);
    const ends = [this.end(namespace, name, 0, isV6, []), undefined] as unknown as [EndSpec, EndSpec];
    ends[1] = this.end(namespace, name, 1, isV6, [ends[0]]);
    const spec: LinkDocument["spec"] = {
      endpoints: ends,
      transport: random.weighted({ auto: 12, veth: 1, vxlan: 1 }),
      wiring: "patched",
      state: random.chance(0.9) ? "up" : "down",
    };
    if (random.chance(0.15)) spec.mtu = random.pick([1300, 1400, 1450, 1480]);
    if (random.chance(0.12)) spec.vni = random.pick(EXPLICIT_VNIS);
    return { kind: "Link", namespace, name, labels: this.labels(), spec };
  }

  /** A link from a pod to whichever is the newest ready one of a tier. */
  selecting(namespace: string, name: string): LinkDocument {
    const { random } = this;
    const at = random.pick([0, 1] as const);
    const end = (index: 0 | 1): EndSpec => ({
      ...(index === at ? { podSelector: { tier: random.pick(TIERS) } } : { pod: random.pick(PODS) }),
      interface: name,
      addresses: [addressOf(namespace, name, index, false)],
    });
    const spec: LinkDocument["spec"] = {
      endpoints: [end(0), end(1)],
      transport: "auto",
      wiring: "patched",
      state: random.chance(0.9) ? "up" : "down",
    };
    return { kind: "Link", namespace, name, labels: this.labels(), spec };
  }

  end(namespace: string, link: string, end: 0 | 1, isV6: boolean, others: EndSpec[]): EndSpec {
    const { random } = this;
    return {
      ...this.port(namespace, others),
      addresses: [addressOf(namespace, link, end, isV6)],
      ...(random.chance(0.15) ? { mac: macOf(namespace, link, end) } : {}),
      ...(!isV6 && random.chance(0.3) ? { routes: [routeOf(namespace, link, end)] } : {}),
    };
  }

  /** A port that no link uses, most of the time. */
  port(namespace: string, others: readonly EndSpec[] = []): { pod: string; interface: string } {
    const taken = new Set(
      [
        ...linksOf(this.world)
          .filter((link) => link.namespace === namespace)
          .flatMap((link) => link.spec.endpoints),
        ...others,
      ].map((end) => `${end.pod}:${end.interface}`),
    );
    const all = PODS.flatMap((pod) => INTERFACES.map((ifName) => ({ pod, interface: ifName })));
    const free = all.filter((port) => !taken.has(`${port.pod}:${port.interface}`));
    const living = free.filter((port) => podIn(this.world, namespace, port.pod) !== undefined);
    if (this.random.chance(0.04) || free.length === 0) return this.random.pick(all);
    return this.random.pick(living.length > 0 && this.random.chance(0.93) ? living : free);
  }

  namespace(): string {
    return this.random.pick(NAMESPACES);
  }

  /** The name of something that is there (or, when `isThere` is false, is not). */
  name(kind: Kind | "Selecting", namespace: string, isThere: boolean): string {
    const all: readonly string[] = kind === "Pod" ? PODS : kind === "Link" ? LINKS : SELECTING;
    const list = kind === "Pod" ? podsOf(this.world) : linksOf(this.world);
    const known = new Set(list.filter((object) => object.namespace === namespace).map((object) => object.name));
    const fitting = all.filter((name) => known.has(name) === isThere);
    return this.random.pick(fitting.length > 0 && this.random.chance(0.97) ? fitting : all);
  }

  private labels(): Record<string, string> {
    return this.random.chance(0.35) ? { [SET_LABEL]: this.random.pick(SETS) } : {};
  }
}
