import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archive, layer } from "./archive.mjs";
import { Root } from "./root.mjs";
import { tar } from "./tar.mjs";

const EPOCH = 1_790_000_000;
const LONG = `${"a-folder-with-a-long-name/".repeat(9)}é/file.js`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function root(): Root {
  return new Root()
    .folder("/var/lib/ratchet", { mode: 0o700, uid: 65532 })
    .file("/usr/bin/program", "#!/bin/sh\n", 0o755)
    .file(`/${LONG}`, "x".repeat(513))
    .link("/long-link", `/${LONG}`)
    .link("/var/run", "/run");
}

function unpack(bytes: Buffer, ...flags: string[]): string {
  return execFileSync("tar", ["-x", "-C", folder, "--numeric-owner", ...flags], { input: bytes }).toString();
}

test("what is written GNU tar reads: names and links of any length, modes, owners, one time", () => {
  const bytes = tar(root().entries, EPOCH);
  unpack(bytes);
  expect(readFileSync(join(folder, LONG), "utf8")).toBe("x".repeat(513));
  expect(readlinkSync(join(folder, "long-link"))).toBe(`/${LONG}`);
  expect(statSync(join(folder, "usr/bin/program")).mode & 0o7777).toBe(0o755);
  expect(statSync(join(folder, "usr/bin/program")).mtimeMs).toBe(EPOCH * 1000);
  const listed = execFileSync("tar", ["-tv", "--numeric-owner"], { input: bytes }).toString();
  expect(listed).toMatch(/^drwx------ 65532\/65532 .* var\/lib\/ratchet\/$/m);
});

test("the same entries make the same bytes, in whatever order they were put", () => {
  const other = new Root();
  for (const [path, entry] of [...root().entries].reverse()) other.entries.set(path, entry);
  expect(tar(other.entries, EPOCH).equals(tar(root().entries, EPOCH))).toBe(true);
  expect(layer(other, EPOCH)).toEqual(layer(root(), EPOCH));
});

test("an archive says the same to who reads OCI layouts and to who reads what docker saved", () => {
  const name = "ratchet.network/api:1";
  const image = archive({ name, epoch: EPOCH, layers: [layer(root(), EPOCH)], config: { User: "65532" }, labels: {} });
  unpack(image.archive);
  const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
  const [index] = json("index.json").manifests;
  const [saved] = json("manifest.json");
  expect(index.annotations["io.containerd.image.name"]).toBe(name);
  expect(saved.RepoTags).toEqual([name]);
  const manifest = json(`blobs/${index.digest.replace(":", "/")}`);
  expect(saved.Config).toBe(`blobs/${manifest.config.digest.replace(":", "/")}`);
  expect(saved.Layers).toEqual(
    manifest.layers.map(({ digest }: { digest: string }) => `blobs/${digest.replace(":", "/")}`),
  );
  expect(json(saved.Config).config).toEqual({ User: "65532", Labels: {} });
});
