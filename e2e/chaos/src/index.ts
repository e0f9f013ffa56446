export { type ChaosOptions, type ChaosResult, describeFailure, replayCommand, runChaos } from "./run/chaos.js";
export { runSoak, type SoakOptions, type SoakResult } from "./soak/soak.js";
