export * from "./authority.js";
export * from "./folder.js";
export * from "./token.js";
