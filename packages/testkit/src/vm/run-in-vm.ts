import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianKernel } from "./debian-kernel.js";
import { buildInitramfs, type Contents, END_MARK, findProgram } from "./initramfs.js";

export interface VmOptions extends Contents {
  /** Where the kernel is kept for the next time. */
  cacheFolder: string;
  timeoutMs: number;
  memoryMib?: number;
  /**
   * `host` (the default): time goes on as here, however little the emulated processors get done in it.
   * `instructions`: a nanosecond passes with each instruction, and idle time at once (QEMU's icount): a machine of one
   * processor whose figures do not depend on this one's speed and load.
   */
  clock?: "host" | "instructions";
  onLine?: (line: string) => void;
}

export interface VmResult {
  /** Of the command; null when the machine did not get to its end. */
  code: number | null;
  /** The console. */
  output: string;
}

/**
 * Runs a command on Debian's kernel in a virtual machine whose root lies in memory. Emulated in software: where this
 * is itself a virtual machine, hardware acceleration is often there and broken. Throws when qemu or the kernel cannot
 * be had.
 */
export async function runInVm(options: VmOptions): Promise<VmResult> {
  const kernel = debianKernel(options.cacheFolder);
  const folder = mkdtempSync(join(tmpdir(), "ratchet-vm-"));
  try {
    const archive = join(folder, "initramfs.cpio");
    buildInitramfs(kernel, options, folder, archive);
    return await boot(kernel.image, archive, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TIMED = ["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2"];
const COUNTED = [
  ...["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-smp", "1"],
  // With fast string instructions the kernel copies with one that counts once for each byte.
  ...["-cpu", "max,-erms,-fsrm"],
];

function boot(image: string, archive: string, options: VmOptions): Promise<VmResult> {
  const args = [
    ...(options.clock === "instructions" ? COUNTED : TIMED),
    ...["-m", String(options.memoryMib ?? 1536)],
    ...["-kernel", image, "-initrd", archive, "-append", "console=ttyS0 quiet panic=-1 oops=panic"],
    ...["-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-serial", "stdio", "-monitor", "none"],
  ];
  return new Promise((resolve, reject) => {
    const machine = spawn(findProgram("qemu-system-x86_64"), args, { stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => machine.kill("SIGKILL"), options.timeoutMs);
    let output = "";
    let seen = 0;
    const take = (chunk: string) => {
      output += chunk.replaceAll("\r", "");
      for (let end = output.indexOf("\n", seen); end >= 0; end = output.indexOf("\n", seen)) {
        options.onLine?.(output.slice(seen, end));
        seen = end + 1;
      }
    };
    // A character may come in two pieces.
    machine.stdout.setEncoding("utf8").on("data", take);
    machine.stderr.setEncoding("utf8").on("data", take);
    machine.once("error", reject);
    machine.once("close", () => {
      clearTimeout(timer);
      const code = new RegExp(`${END_MARK} (\\d+)`).exec(output)?.[1];
      resolve({ code: code === undefined ? null : Number(code), output });
    });
  });
}
