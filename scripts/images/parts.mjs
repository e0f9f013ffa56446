import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodeFileTrace } from "@vercel/nft";
import { root as checkout } from "../setup/paths.mjs";
import { Root } from "./root.mjs";

/** Where the parts lie in an image. */
export const HOME = "/opt/ratchet";
/** Whom the API runs as: nobody of the host. */
export const USER = 65532;

/** Node with its libraries, and the few files that libc looks for. */
export function nodeBase() {
  base ??= skeleton().program(process.execPath, "/usr/bin/node");
  return base;
}
let base;

/** What every image has: users by name, how names are looked up, folders for what is written. */
export function skeleton() {
  return new Root()
    .folder("/tmp", { mode: 0o1777 })
    .folder("/run")
    .folder("/proc")
    .folder("/sys")
    .folder("/dev")
    .link("/var/run", "/run")
    .file("/etc/passwd", `root:x:0:0:root:/root:/sbin/nologin\nratchet:x:${USER}:${USER}:ratchet:/:/sbin/nologin\n`)
    .file("/etc/group", `root:x:0:\nratchet:x:${USER}:\n`)
    .file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
}

/** The files that a built program reads, wherever in the checkout they lie; found by following its imports. */
export async function traced(root, mains, more = []) {
  const entries = mains.map((main) => join(checkout, main));
  const { fileList } = await nodeFileTrace(entries, {
    base: checkout,
    conditions: ["node", "import", "default"],
    ignore: ["**/.cache/**", "**/*.map"],
    // What koffi needs is chosen by the kind of the machine, which a trace does not follow: added below.
    readFile: async (path) => (path.includes("/@koromix/") ? "" : readIfThere(path)),
  });
  const files = [...fileList].filter((file) => !file.includes("/@koromix/")).sort();
  root.copyFrom(checkout, files, HOME);
  for (const path of more) root.copy(join(checkout, path), join(HOME, path));
  const koffi = files.find((file) => file.endsWith("/node_modules/koffi/package.json"));
  if (koffi !== undefined) await addKoffi(root, dirname(koffi));
  for (const file of files) if (file.endsWith(".node")) await root.libraries(join(checkout, file));
  return root;
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code)) return null;
    throw error;
  }
}

/** koffi loads the binary of the machine it runs on, from a package beside it. */
async function addKoffi(root, koffi) {
  const kind = `linux-${process.arch}`;
  const folder = realpathSync(join(checkout, koffi, "../@koromix", `koffi-${kind}`));
  const binary = join(folder, kind.replace("-", "_"), "koffi.node");
  if (!existsSync(binary)) throw new Error(`koffi has no binary for ${kind}`);
  const at = join(HOME, koffi, "../@koromix", `koffi-${kind}`);
  for (const name of readdirSync(folder)) {
    if (/\.(json|c?js)$/.test(name)) root.file(join(at, name), readFileSync(join(folder, name)));
  }
  root.file(join(at, kind.replace("-", "_"), "koffi.node"), readFileSync(binary), 0o755);
  await root.libraries(binary);
}
