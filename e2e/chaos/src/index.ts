export { type ChaosOptions, type ChaosResult, describeFailure, replayCommand, runChaos } from "./run/chaos.js";
