import { join } from "node:path";
import { choosePort } from "./free-port.js";
import { Front } from "./front.js";
import type { Supervised } from "./process/supervised.js";
import { apiProcess, type ProcessContext } from "./processes.js";

/** One API process of a lab. */
export interface Replica {
  name: string;
  /** Its own address, not the front's. */
  url: string;
  socket: string;
  process: Supervised;
}

export interface Replicas {
  all: readonly Replica[];
  /** Present when there are several: it listens on the lab's port. */
  front: Front | undefined;
}

/** The lab's API: one process on the lab's port, or several behind a front that has it. */
export async function replicasOf(
  count: number,
  port: number,
  context: Omit<ProcessContext, "sockets">,
): Promise<Replicas> {
  const { dir } = context;
  if (count === 1) {
    const socket = join(dir.path, "api.sock");
    const process = apiProcess(context, { name: "api", index: 0, port, socket });
    return { all: [{ name: "api", url: urlOf(port), socket, process }], front: undefined };
  }
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await choosePort(0));
  const all = [...ports].map((own, index): Replica => {
    const name = `api ${index + 1}`;
    const socket = join(dir.path, `api-${index + 1}.sock`);
    return { name, url: urlOf(own), socket, process: apiProcess(context, { name, index, port: own, socket }) };
  });
  return { all, front: await Front.start(port, [...ports]) };
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
