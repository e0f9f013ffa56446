import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { command, commandResult } from "./command.js";

const MTU_BYTES = 1500;

/** Addresses of one cluster: the host's on the bridge, and one for each node. */
export interface Underlay {
  /** Three octets with a dot behind. */
  subnet: string;
  host: string;
}

/** Makes the bridge that joins nodes and API server, with a subnet that nobody on this host has. */
export async function makeBridge(mark: string): Promise<Underlay> {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((items) => items?.map((item) => item.address.split(".")[2])),
  );
  const free = Array.from({ length: 254 }, (_, i) => String(((process.pid + i) % 254) + 1)).find((n) => !taken.has(n));
  const subnet = `10.213.${free}.`;
  const host = `${subnet}1`;
  await command(["ip", "link", "add", mark, "mtu", String(MTU_BYTES), "type", "bridge"]);
  await command(["ip", "address", "add", `${host}/24`, "dev", mark]);
  await command(["ip", "link", "set", mark, "up"]);
  return { subnet, host };
}

/** Makes a node's namespace, with `eth0` on the bridge. There is no way out of the host. */
export async function makeNodeNamespace(mark: string, node: string, index: number, address: string): Promise<void> {
  const netns = `${mark}.${node}`;
  const hostHalf = `${mark}v${index}`;
  await command(["ip", "netns", "add", netns]);
  // After a reboot: the kernel takes a namespace down some time after its name, and its half of the cable with it.
  if (existsSync(`/sys/class/net/${hostHalf}`)) await commandResult(["ip", "link", "delete", hostHalf]);
  await command([
    ...["ip", "link", "add", hostHalf, "mtu", String(MTU_BYTES), "type", "veth"],
    ...["peer", "name", "eth0", "mtu", String(MTU_BYTES), "netns", netns],
  ]);
  await command(["ip", "link", "set", hostHalf, "master", mark, "up"]);
  await command(["ip", "-n", netns, "address", "add", `${address}/24`, "dev", "eth0"]);
  await command(["ip", "-n", netns, "link", "set", "lo", "up"]);
  await command(["ip", "-n", netns, "link", "set", "eth0", "up"]);
}
