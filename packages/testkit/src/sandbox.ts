import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What `ip -j -d link show` says of one interface, as far as tests ask. */
export interface LinkFacts {
  ifindex: number;
  ifname: string;
  ifalias?: string;
  address: string;
  mtu: number;
  flags: string[];
  operstate: string;
}

export interface PingResult {
  sent: number;
  received: number;
  /** Of the last answer; null without any. */
  ttl: number | null;
}

/** One network namespace, looked at with the tools an engineer types. `path` as `nsenter --net=` takes it. */
export class Sandbox {
  constructor(readonly path: string) {}

  /** Runs a program inside; its stdout. Throws with stderr when it fails. */
  async exec(...argv: string[]): Promise<string> {
    const { stdout } = await run("nsenter", [`--net=${this.path}`, ...argv], { maxBuffer: 64 << 20 });
    return stdout;
  }

  async link(ifName: string): Promise<LinkFacts> {
    const links = await this.links();
    const link = links.find((item) => item.ifname === ifName);
    if (link === undefined) throw new Error(`no ${ifName} in ${this.path}: ${links.map((l) => l.ifname).join(" ")}`);
    return link;
  }

  async links(): Promise<LinkFacts[]> {
    const found = JSON.parse(await this.exec("ip", "-j", "-d", "link", "show")) as LinkFacts[];
    // `eth0@if7` and `eth0` are the same name.
    return found.map((link) => ({ ...link, ifname: link.ifname.split("@")[0] ?? link.ifname }));
  }

  /** Addresses of one interface as `A/LEN`, link-local ones left out. */
  async addresses(ifName: string): Promise<string[]> {
    const [found] = JSON.parse(await this.exec("ip", "-j", "address", "show", "dev", ifName)) as {
      addr_info: { local: string; prefixlen: number; scope: string }[];
    }[];
    return (found?.addr_info ?? []).filter((a) => a.scope !== "link").map((a) => `${a.local}/${a.prefixlen}`);
  }

  /** Of every interface, its addresses as `A/LEN`, link-local ones left out. */
  async addressesByInterface(): Promise<Record<string, string[]>> {
    const found = JSON.parse(await this.exec("ip", "-j", "address", "show")) as {
      ifname: string;
      addr_info: { local: string; prefixlen: number; scope: string }[];
    }[];
    return Object.fromEntries(
      found.map(({ ifname, addr_info }) => [
        ifname.split("@")[0] ?? ifname,
        addr_info.filter((item) => item.scope !== "link").map((item) => `${item.local}/${item.prefixlen}`),
      ]),
    );
  }

  /** The routing table as `ip route` prints it, one line each, without changing marks. */
  async routes(): Promise<string[]> {
    const lines = (await this.exec("ip", "route", "show")).split("\n");
    return lines.map((line) => line.replace(/ linkdown/g, "").trim()).filter((line) => line !== "");
  }

  async ping(to: string, { count = 3, intervalMs = 20, withinSeconds = 1 } = {}): Promise<PingResult> {
    const argv = ["ping", "-n", "-c", `${count}`, "-i", `${intervalMs / 1000}`, "-W", `${withinSeconds}`, to];
    const output = await new Promise<string>((resolve) => {
      execFile("nsenter", [`--net=${this.path}`, ...argv], (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    const counts = /(\d+) packets transmitted, (\d+) received/.exec(output);
    const ttls = [...output.matchAll(/ttl=(\d+)/g)];
    return {
      sent: Number(counts?.[1] ?? 0),
      received: Number(counts?.[2] ?? 0),
      ttl: ttls.length === 0 ? null : Number(ttls.at(-1)?.[1]),
    };
  }

  /** Starts a program that stays; the caller kills it. */
  spawn(...argv: string[]) {
    return spawn("nsenter", [`--net=${this.path}`, ...argv], { stdio: "ignore" });
  }
}

/** True when the kernel reports a lost cable on an interface that is administratively up. */
export function isUnplugged(link: LinkFacts): boolean {
  return link.flags.includes("UP") && (link.flags.includes("NO-CARRIER") || !link.flags.includes("LOWER_UP"));
}

/** True when the interface is up and has carrier. */
export function isPlugged(link: LinkFacts): boolean {
  return link.flags.includes("UP") && link.flags.includes("LOWER_UP");
}
