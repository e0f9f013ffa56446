export * from "./browser.js";
export * from "./client.js";
export * from "./eventually.js";
export * from "./leftovers.js";
export * from "./sandbox.js";
