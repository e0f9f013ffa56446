import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.js";
import { BUSYBOX_IMAGE } from "./pod-manifest.js";

const PAUSE = `#!/bin/sh
trap 'exit 0' TERM INT
while :; do sleep 3600 & wait $!; done
`;

/** Builds the image from busybox-static as an OCI archive (OCI image-spec 1.0, image-layout.md); its path. */
export async function buildBusyboxImage(busybox: string, folder: string): Promise<string> {
  const root = join(folder, "image-root");
  for (const name of ["bin", "etc", "tmp", "proc", "sys", "dev", "run", "var", "usr", "lib", "lib64", "sbin"]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  chmodSync(join(root, "tmp"), 0o1777);
  copyFileSync(busybox, join(root, "bin/busybox"));
  chmodSync(join(root, "bin/busybox"), 0o755);
  for (const applet of (await command([busybox, "--list"])).split("\n").filter(Boolean)) {
    if (applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
  }
  writeFileSync(join(root, "bin/pause"), PAUSE, { mode: 0o755 });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");

  const image = join(folder, "image");
  mkdirSync(join(image, "blobs/sha256"), { recursive: true });
  const layer = join(folder, "layer.tar");
  await command(["tar", "--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", layer, "."]);
  const layerBlob = addBlob(image, readFileSync(layer));
  const config = addBlob(
    image,
    json({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: { Env: ["PATH=/bin:/usr/sbin:/usr/bin:/sbin"], Cmd: ["/bin/pause"] },
      rootfs: { type: "layers", diff_ids: [layerBlob.digest] },
    }),
  );
  const manifest = addBlob(
    image,
    json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layerBlob }],
    }),
  );
  writeFileSync(join(image, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  const annotations = { "io.containerd.image.name": BUSYBOX_IMAGE, "org.opencontainers.image.ref.name": "1" };
  writeFileSync(
    join(image, "index.json"),
    json({
      schemaVersion: 2,
      manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest, annotations }],
    }),
  );
  const archive = join(folder, "busybox.tar");
  await command(["tar", "-C", image, "-cf", archive, "."]);
  return archive;
}

function addBlob(image: string, bytes: Buffer): { digest: string; size: number } {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const path = join(image, "blobs/sha256", hash);
  writeFileSync(path, bytes);
  return { digest: `sha256:${hash}`, size: statSync(path).size };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
