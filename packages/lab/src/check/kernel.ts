import { command } from "../host/command.js";

/** An interface as `ip -j -d addr` shows it. */
export interface KernelInterface {
  name: string;
  ifIndex: number;
  mac: string;
  mtuBytes: number;
  /** Administratively up. */
  isUp: boolean;
  hasCarrier: boolean;
  addresses: string[];
  kind: string | null;
  vni: number | null;
  remote: string | null;
}

interface IpAddrJson {
  ifname: string;
  ifindex: number;
  address?: string;
  mtu: number;
  flags: string[];
  addr_info?: { local: string; prefixlen: number; scope: string }[];
  linkinfo?: { info_kind?: string; info_data?: { id?: number; remote?: string } };
}

/** Every interface of a namespace but its loopback. */
export async function interfacesOf(netns: string): Promise<KernelInterface[]> {
  const output = await command("nsenter", [`--net=${netns}`, "ip", "-j", "-d", "addr"]);
  return (JSON.parse(output) as IpAddrJson[]).filter((item) => item.ifname !== "lo").map(toInterface);
}

/** Main table, IPv4, one line a route; without ids that a routing daemon numbers anew. */
export async function routesOf(netns: string): Promise<{ dev: string; text: string }[]> {
  const output = await command("nsenter", [`--net=${netns}`, "ip", "-j", "route"]);
  const routes = JSON.parse(output) as { dst: string; gateway?: string; dev: string; protocol: string }[];
  return routes.map(({ dst, gateway, dev, protocol }) => ({
    dev,
    text: `${dst}${gateway === undefined ? "" : ` via ${gateway}`} dev ${dev} proto ${protocol}`,
  }));
}

/** Up as its owner left it, and without a carrier, as when the cable is pulled. */
export function isUnplugged(item: KernelInterface | undefined): boolean {
  return item?.isUp === true && !item.hasCarrier;
}

function toInterface(json: IpAddrJson): KernelInterface {
  return {
    name: json.ifname,
    ifIndex: json.ifindex,
    mac: json.address ?? "",
    mtuBytes: json.mtu,
    isUp: json.flags.includes("UP"),
    hasCarrier: json.flags.includes("LOWER_UP") && !json.flags.includes("NO-CARRIER"),
    addresses: (json.addr_info ?? [])
      .filter((address) => address.scope !== "link")
      .map((address) => `${address.local}/${address.prefixlen}`),
    kind: json.linkinfo?.info_kind ?? null,
    vni: json.linkinfo?.info_data?.id ?? null,
    remote: json.linkinfo?.info_data?.remote ?? null,
  };
}
