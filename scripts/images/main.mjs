import { buildImages, IMAGES_USAGE } from "./build.mjs";
import { ImagesError } from "./images-error.mjs";

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(IMAGES_USAGE);
} else {
  try {
    await buildImages(args, (line) => process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof ImagesError)) throw error;
    process.stderr.write(`images: ${error.message}\n${IMAGES_USAGE}`);
    process.exitCode = 2;
  }
}
