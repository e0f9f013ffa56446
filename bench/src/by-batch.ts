import { batch, nameOf } from "./bench-namespaces.js";

/** The namespaces of wires on one node. */
export interface Place {
  panel: string;
  a: string;
  b: string;
}

/** One node's half of wires across two. */
export interface Side {
  node: string;
  panel: string;
  pod: string;
  local: string;
  remote: string;
}

/** The same for many wires through `ip -batch` and `tc -batch`, one process for each namespace. */
export function byBatch(wires: number[], { panel, a, b }: Place): void {
  const net = (i: number) => `10.${i >> 8}.${i & 255}`;
  const redirect = (from: string, to: string) =>
    `filter add dev ${from} ingress protocol all u32 match u32 0 0 action mirred egress redirect dev ${to}`;
  const each = (lines: (i: number) => string[]) => wires.flatMap(lines);
  batch(
    "ip",
    panel,
    each((i) => [
      `link add pa${i} type veth peer name in${i} netns ${nameOf(a)}`,
      `link add pb${i} type veth peer name in${i} netns ${nameOf(b)}`,
      `link set pa${i} up alias default/a:in${i}`,
      `link set pb${i} up alias default/b:in${i}`,
    ]),
  );
  batch(
    "ip",
    a,
    each((i) => [`address add ${net(i)}.1/24 dev in${i}`, `link set in${i} up`]),
  );
  batch(
    "ip",
    b,
    each((i) => [`address add ${net(i)}.2/24 dev in${i}`, `link set in${i} up`]),
  );
  batch(
    "tc",
    panel,
    each((i) => [
      `qdisc add dev pa${i} clsact`,
      `qdisc add dev pb${i} clsact`,
      redirect(`pb${i}`, `pa${i}`),
      redirect(`pa${i}`, `pb${i}`),
    ]),
  );
}

/** One node's half of tunnelled wires: port, VXLAN device, cross-connect. */
export function tunnelsByBatch(wires: number[], { node, panel, pod, local, remote }: Side): void {
  const redirect = (from: string, to: string) =>
    `filter add dev ${from} ingress protocol all u32 match u32 0 0 action mirred egress redirect dev ${to}`;
  const each = (lines: (i: number) => string[]) => wires.flatMap(lines);
  batch(
    "ip",
    node,
    each((i) => [
      `link add vx${i} netns ${nameOf(panel)} type vxlan id ${i + 1} local ${local} remote ${remote} dstport 4789 nolearning`,
    ]),
  );
  batch(
    "ip",
    panel,
    each((i) => [
      `link add p${i} mtu 1450 type veth peer name in${i} mtu 1450 netns ${nameOf(pod)}`,
      `link set p${i} up alias default/a:in${i}`,
      `link set vx${i} mtu 1450 up`,
    ]),
  );
  batch(
    "ip",
    pod,
    each((i) => [`address add 10.${i >> 8}.${i & 255}.1/24 dev in${i}`, `link set in${i} up`]),
  );
  batch(
    "tc",
    panel,
    each((i) => [
      `qdisc add dev p${i} clsact`,
      `qdisc add dev vx${i} clsact`,
      redirect(`vx${i}`, `p${i}`),
      redirect(`p${i}`, `vx${i}`),
    ]),
  );
}
