import { runAgentInVm } from "@ratchet/testkit";
import type { Figure, Row } from "../figure.js";

/** As the program prints it (packages/netcore, agent/impair/conformance/cost-main.ts). */
interface Cost {
  cost: string;
  tcpKbit: number;
  packetsPerSecond: number;
  waitMs: number;
}

export const impairVm: Row = {
  name: "impair-vm",
  about: "relay, netem and no impairment on one emulated processor that takes a nanosecond for each instruction",
  async measure(say) {
    const costs: Cost[] = [];
    const { code, output } = await runAgentInVm(["agent/impair/conformance/cost-main.js", "netem", "relay"], {
      timeoutMs: 1_800_000,
      clock: "instructions",
      onLine(line) {
        const at = line.indexOf('{"cost":');
        if (at < 0) return;
        costs.push(JSON.parse(line.slice(at)) as Cost);
        say(line.slice(at));
      },
    });
    if (code !== 0) throw new Error(`the virtual machine did not finish: ${output.slice(-2_000)}`);
    const [none] = costs;
    if (none === undefined) throw new Error("the virtual machine has measured nothing");
    return costs
      .slice(1)
      .flatMap((one): Figure[] => [
        figureOf(`TCP, ${one.cost}`, one.tcpKbit / 1e6, "Gbit/s", none.tcpKbit / 1e6),
        figureOf(`small packets, ${one.cost}`, one.packetsPerSecond, "packets/s", none.packetsPerSecond),
        figureOf(`one way, ${one.cost}`, one.waitMs, "ms", none.waitMs),
      ]);
  },
};

function figureOf(what: string, value: number, unit: string, without: number): Figure {
  return { what, value, unit, baseline: { what: "no impairment", value: without } };
}
