import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { runForOutput } from "./run-for-output.mjs";

/** A root filesystem in the making: nothing is in it that was not put there. */
export class Root {
  /** @type {Map<string, import("./tar.mjs").Entry>} */
  entries = new Map();

  folder(path, { mode = 0o755, uid = 0 } = {}) {
    const name = clean(path);
    if (name === "") return this;
    this.#parents(name);
    this.entries.set(name, { type: "folder", mode, uid, gid: uid });
    return this;
  }

  file(path, content, mode = 0o644) {
    this.#parents(clean(path));
    this.entries.set(clean(path), { type: "file", mode, content: Buffer.from(content) });
    return this;
  }

  link(path, target) {
    this.#parents(clean(path));
    this.entries.set(clean(path), { type: "link", mode: 0o777, target });
    return this;
  }

  /** Puts what lies at `source` on this machine there: a file, a link as it is, or a folder with all in it. */
  copy(source, path = source) {
    const info = lstatSync(source);
    if (info.isSymbolicLink()) return this.link(path, readlinkSync(source));
    if (info.isFile()) return this.file(path, readFileSync(source), info.mode & 0o111 ? 0o755 : 0o644);
    if (!info.isDirectory()) return this;
    this.folder(path);
    for (const name of readdirSync(source)) this.copy(join(source, name), join(path, name));
    return this;
  }

  /** Puts a program there, as a plain file, and the shared libraries it is linked with. */
  async program(source, path = source) {
    this.file(path, readFileSync(realpathSync(source)), 0o755);
    await this.libraries(source);
    return this;
  }

  /** Puts the shared libraries there that an ELF file is linked with, where its loader looks for them. */
  async libraries(source) {
    const text = await runForOutput("ldd", [realpathSync(source)]).catch(() => "");
    for (const [, library] of text.matchAll(/(?:=> )?(\/\S+) \(0x/g)) {
      this.file(library, readFileSync(realpathSync(library)), 0o755);
    }
    return this;
  }

  /** Puts files of a folder there, each where it lies in that folder. */
  copyFrom(base, files, path) {
    for (const file of files) this.copy(join(base, file), join(path, file));
    return this;
  }

  #parents(name) {
    for (let parent = dirname(name); parent !== "." && !this.entries.has(parent); parent = dirname(parent)) {
      this.entries.set(parent, { type: "folder", mode: 0o755 });
    }
  }
}

function clean(path) {
  return relative(sep, join(sep, path));
}
