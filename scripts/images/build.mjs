import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root as checkout } from "../setup/paths.mjs";
import { archive, layer } from "./archive.mjs";
import { ImagesError } from "./images-error.mjs";
import { RECIPES } from "./recipes.mjs";
import { runForOutput } from "./run-for-output.mjs";

export const IMAGES_USAGE = `usage: npm run images [-- NAME ... --out FOLDER --registry NAME --tag TAG]

  Builds container images from this checkout and this machine's libraries; no image is pulled, nothing runs in them.
  NAME: ${Object.keys(RECIPES).join(", ")} (default: api, agent, ratchetctl)
  --out FOLDER      where the archives go (default: dist/images)
  --registry NAME   what the images' names begin with (default: ratchet.network)
  --tag TAG         default: the version in package.json
`;

const OURS = ["api", "agent", "ratchetctl"];

/** Builds the images that `args` name, and says where they are. */
export async function buildImages(args, say) {
  const { names, out, registry, tag } = readArguments(args);
  const epoch = await sourceEpoch();
  const made = new Map();
  const packed = async (promise) => {
    const root = await promise;
    if (!made.has(root)) made.set(root, layer(root, epoch));
    return made.get(root);
  };
  mkdirSync(out, { recursive: true });
  for (const name of names) {
    const { title, layers, config } = RECIPES[name];
    const image = archive({
      name: `${registry}/${name}:${tag}`,
      epoch,
      layers: await Promise.all(layers().map(packed)),
      config,
      labels: { "org.opencontainers.image.title": title, "org.opencontainers.image.version": tag },
    });
    const path = join(out, `${name}.tar`);
    writeFileSync(`${path}.new`, image.archive);
    renameSync(`${path}.new`, path);
    say(`${registry}/${name}:${tag}  ${image.digest}  ${(image.size / 1e6).toFixed(1)} MB  ${path}`);
  }
}

/** One time for everything in the images: of the last commit, or SOURCE_DATE_EPOCH (reproducible-builds.org). */
async function sourceEpoch() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  const text = await runForOutput("git", ["log", "-1", "--format=%ct"], { cwd: checkout }).catch(() => "0");
  return Number(text.trim());
}

function readArguments(args) {
  const names = [];
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
  const options = { out: join(checkout, "dist/images"), registry: "ratchet.network", tag: version };
  for (let index = 0; index < args.length; index++) {
    const [flag, inline] = args[index].split(/=(.*)/s);
    if (!flag.startsWith("--")) {
      if (RECIPES[flag] === undefined) throw new ImagesError(`there is no image ${flag}`);
      names.push(flag);
      continue;
    }
    const value = inline ?? args[++index];
    const key = flag.slice(2);
    if (options[key] === undefined || value === undefined || value === "")
      throw new ImagesError(`${flag} is not understood`);
    options[key] = value;
  }
  return { ...options, out: resolve(options.out), names: names.length === 0 ? OURS : names };
}
