// What a pod event hardly ever needs. Importing node:fs costs a third of the executable's start, so modules of Node are
// loaded at their first use.

export const lazyFs = (): typeof import("node:fs") => process.getBuiltinModule("node:fs");
export const lazyPath = (): typeof import("node:path") => process.getBuiltinModule("node:path");
