import { type FromFleet, monotonicMs, type ToFleet } from "./messages.js";
import { SimulatedAgent } from "./simulated-agent.js";

const agents: SimulatedAgent[] = [];
let connected = 0;
const tell = (message: FromFleet) => process.send?.(message);

process.on("message", (message: ToFleet) => {
  if (message.type === "start") {
    for (const node of message.nodes) {
      agents.push(
        new SimulatedAgent(message.url, node, agents.length, {
          connected: () => tell({ type: "connected", count: ++connected }),
          told: ({ name, state }) => tell({ type: "told", node, link: name, state, atMs: monotonicMs() }),
        }),
      );
    }
    return;
  }
  tell({ type: "figures", figures: { agents: agents.length, bytes: agents.map(({ bytes }) => bytes) } });
  for (const agent of agents) agent.bytes = 0;
});
// The bench has died.
process.on("disconnect", () => process.exit());
