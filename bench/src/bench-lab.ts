import { type Lab, type LabOptions, startLab } from "@ratchet/lab";
import { Client, eventually } from "@ratchet/testkit";

const open = new Set<Lab>();

/** Removes the labs that a signal would leave behind. */
export async function stopLabs(): Promise<void> {
  await Promise.all([...open].map((lab) => lab.stop()));
}

/** A lab for one measurement, with the client that drives it. */
export class BenchLab {
  readonly client: Client;

  private constructor(readonly lab: Lab) {
    open.add(lab);
    this.client = new Client(lab.url);
  }

  static async open(name: string, options: Pick<LabOptions, "store"> = {}): Promise<BenchLab> {
    return new BenchLab(await startLab({ name: `bench${process.pid}-${name}`, nodes: 2, port: 0, ...options }));
  }

  async pod(name: string, node: string): Promise<string> {
    await this.client.createPod({ name }, { node, sandbox: { managed: true } });
    return eventually(async () => {
      const { status } = await this.client.pod(name);
      if (status.phase !== "Ready" || status.netns === null) throw new Error(`pod ${name} is ${status.phase}`);
      return status.netns;
    });
  }

  pid(name: string): number {
    const pid = this.lab.pids()[name];
    if (pid === undefined) throw new Error(`no process ${name}: ${Object.keys(this.lab.pids()).join(", ")}`);
    return pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    open.delete(this.lab);
    await this.lab.stop();
  }
}

/** A link between two pods with addresses out of 10.0.0.0/8 for number `i`. */
export function numberedLink(i: number, a: string, b: string) {
  const net = `10.${100 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) * 4}`.split(".");
  const address = (host: number) => [...net.slice(0, 3), Number(net[3]) + host].join(".");
  return {
    apiVersion: "ratchet.network/v1alpha1",
    kind: "Link",
    metadata: { name: `l${i}` },
    spec: {
      endpoints: [
        { pod: a, interface: `a${i}`, addresses: [`${address(1)}/30`] },
        { pod: b, interface: `b${i}`, addresses: [`${address(2)}/30`] },
      ],
    },
  };
}
