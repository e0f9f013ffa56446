import { execFile } from "node:child_process";

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell and answers its output; throws when it fails, with what it said. */
export async function command(file: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await commandResult(file, args, input);
  if (code !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr.trim() || `exit code ${code}`}`);
  return stdout;
}

/** The same for a program whose failure is an answer. */
export function commandResult(file: string, args: readonly string[], input?: string): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number" && error.signal == null) return reject(error);
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 128;
      resolve({ code, stdout, stderr });
    });
    // A program that ends before it has read everything says so by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}
