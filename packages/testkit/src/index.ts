export * from "./browser.js";
export * from "./client.js";
export * from "./etcd.js";
export * from "./etcd-member.js";
export * from "./eventually.js";
export * from "./leftovers.js";
export * from "./sandbox.js";
