/** Version of this agent, as its package says. */
export const AGENT_VERSION = "0.1.0";
