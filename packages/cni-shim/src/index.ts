export type { Host } from "./host/host.js";
export { run } from "./run.js";
