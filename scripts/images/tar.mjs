/** One thing in a root filesystem. `content`: bytes of a file; `target`: where a symbolic link leads. */
/** @typedef {{ type: "file" | "folder" | "link", mode: number, uid?: number, gid?: number, content?: Buffer, target?: string }} Entry */

const BLOCK = 512;
const TYPES = { file: "0", link: "2", folder: "5" };

/**
 * Writes entries as a tar archive (POSIX.1-2001 pax), always the same bytes for the same entries: sorted by name, one
 * time for all, owners by number.
 *
 * @param {Map<string, Entry>} entries by path without a leading slash
 * @param {number} epoch seconds
 * @returns {Buffer}
 */
export function tar(entries, epoch) {
  const parts = [];
  for (const path of [...entries.keys()].sort()) {
    const entry = entries.get(path);
    const name = entry.type === "folder" ? `${path}/` : path;
    const long = {
      ...(fits(name) ? {} : { path: name }),
      ...(fits(entry.target ?? "") ? {} : { linkpath: entry.target }),
    };
    if (Object.keys(long).length > 0)
      parts.push(...record("pax", { type: "x", mode: 0o644, content: pax(long) }, epoch));
    parts.push(...record(name, { ...entry, type: TYPES[entry.type] }, epoch));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

const fits = (text) => Buffer.byteLength(text) <= 100;

function record(name, { type, mode, uid = 0, gid = 0, content = Buffer.alloc(0), target = "" }, epoch) {
  const header = Buffer.alloc(BLOCK);
  const text = (value, at, length) => header.write(value.slice(0, length), at, length, "utf8");
  const octal = (value, at, length) => text(`${value.toString(8).padStart(length - 1, "0")}\0`, at, length);
  text(name, 0, 100);
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(content.length, 124, 12);
  octal(epoch, 136, 12);
  text("        ", 148, 8);
  text(type, 156, 1);
  text(target, 157, 100);
  text("ustar\x0000", 257, 8);
  const sum = header.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header, content, padding];
}

/** Each record begins with its own length, which counts its own digits (pax(1), extended header). */
function pax(fields) {
  const lines = Object.entries(fields).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + String(rest).length;
    if (String(length).length !== String(rest).length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return Buffer.from(lines.join(""));
}
