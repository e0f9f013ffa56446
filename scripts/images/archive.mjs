import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { tar } from "./tar.mjs";

const OCI = "application/vnd.oci.image";
const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

/**
 * Packs a root filesystem as a layer. The same entries make the same digest, so images share it.
 *
 * @param {import("./root.mjs").Root} root
 */
export function layer(root, epoch) {
  const bytes = tar(root.entries, epoch);
  return { diffId: digestOf(bytes), blob: gzipSync(bytes, { level: 6 }) };
}

/**
 * Makes an archive that both read: OCI image layout 1.0 (`ctr images import`, skopeo, podman) with the `manifest.json`
 * of `docker save` beside it (`docker load`).
 *
 * @param {{ name: string, epoch: number, layers: { diffId: string, blob: Buffer }[], config: object, labels: object }} image
 * @returns {{ archive: Buffer, digest: string, size: number }}
 */
export function archive({ name, epoch, layers, config, labels }) {
  const files = new Map();
  const add = (content) => {
    const digest = digestOf(content);
    files.set(`blobs/${digest.replace(":", "/")}`, { type: "file", mode: 0o644, content });
    return { digest, size: content.length };
  };
  const configBlob = add(
    json({
      created: new Date(epoch * 1000).toISOString(),
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      os: "linux",
      config: { ...config, Labels: labels },
      rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(() => ({ created: new Date(epoch * 1000).toISOString(), created_by: "ratchet images" })),
    }),
  );
  const layerBlobs = layers.map(({ blob }) => add(blob));
  const manifest = add(
    json({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, ...configBlob },
      layers: layerBlobs.map((blob) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, ...blob })),
    }),
  );
  const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.split(":").at(-1) };
  const text = (path, value) => files.set(path, { type: "file", mode: 0o644, content: json(value) });
  text("oci-layout", { imageLayoutVersion: "1.0.0" });
  text("index.json", {
    schemaVersion: 2,
    manifests: [{ mediaType: `${OCI}.manifest.v1+json`, ...manifest, annotations }],
  });
  const path = ({ digest }) => `blobs/${digest.replace(":", "/")}`;
  text("manifest.json", [{ Config: path(configBlob), RepoTags: [name], Layers: layerBlobs.map(path) }]);
  for (const folder of ["blobs", "blobs/sha256"]) files.set(folder, { type: "folder", mode: 0o755 });
  const size = layers.reduce((sum, { blob }) => sum + blob.length, 0);
  return { archive: tar(files, epoch), digest: manifest.digest, size };
}

function digestOf(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}
