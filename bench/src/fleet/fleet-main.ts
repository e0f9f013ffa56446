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
  const bytes = agents.map((agent) => agent.bytes);
  const assignments = agents.map((agent) => agent.assignments);
  tell({ type: "figures", figures: { agents: agents.length, bytes, assignments } });
  for (const agent of agents) agent.bytes = agent.assignments = 0;
});
// The bench has died.
process.on("disconnect", () => process.exit());
