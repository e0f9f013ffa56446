export * from "./authority.js";
export * from "./compose-folder.js";
export * from "./folder.js";
export * from "./token.js";
