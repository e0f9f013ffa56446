import type { AgentTransport, Exec, Files, Host } from "./host.js";
import { lazyFs } from "./lazy-modules.js";

// Of Bun alone, whose compiled executable this runs in: starting these costs a third of what
// node:net, node:child_process and node:fs cost.
interface BunChild {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly exited: Promise<number>;
  kill(signal: number): void;
}
interface BunFile {
  exists(): Promise<boolean>;
  text(): Promise<string>;
  delete(): Promise<void>;
}
declare const Bun: {
  readonly stdin: { stream(): ReadableStream<Uint8Array> };
  readonly stdout: BunFile;
  file(path: string): BunFile;
  write(to: BunFile | string, text: string, options?: { createPath?: boolean; mode?: number }): Promise<number>;
  spawn(
    command: string[],
    options: {
      env: Readonly<Record<string, string | undefined>>;
      stdin: Uint8Array;
      stdout: "pipe";
      stderr: "inherit";
    },
  ): BunChild;
};

const SIGKILL = 9;
// What a pipe takes at once, in the worst of encodings (pipe(7): 64 KiB).
const MAX_PIPE_BYTES = 16 * 1024;
const MAX_DELEGATE_BYTES = 4 * 1024 * 1024;

/** The process itself. */
export function bunHost(): Host {
  return {
    env: process.env,
    readStdin: (maxBytes) => readText(Bun.stdin.stream(), maxBytes),
    writeStdout: async (text) => {
      if (text.length > MAX_PIPE_BYTES) writeAll(1, text);
      // A closed pipe is nobody's loss.
      else await Bun.write(Bun.stdout, text).catch(() => undefined);
    },
    log: (line) => writeAll(2, `ratchet: ${line.replaceAll("\n", " | ")}\n`),
    files,
    exec,
    agent,
    https: async ({ url, headers, tls: { serverName, isUnverified, ...pem }, timeoutMs }) => {
      const response = await bunFetch(url, {
        headers,
        redirect: "error",
        signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
        tls: {
          ...pem,
          ...(serverName === undefined ? {} : { serverName }),
          ...(isUnverified === true ? { rejectUnauthorized: false } : {}),
        },
      });
      return { status: response.status, text: await response.text() };
    },
    nowMs: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

const files: Files = {
  // Bun throws for a path that no file can have, with a zero byte in it.
  exists: async (path) => {
    try {
      return await Bun.file(path).exists();
    } catch {
      return false;
    }
  },
  readIfThere: async (path) => {
    try {
      return await Bun.file(path).text();
    } catch {
      return undefined;
    }
  },
  write: async (path, text) => {
    await Bun.write(path, text, { createPath: true, mode: 0o600 });
  },
  removeIfThere: async (path) => {
    if (await Bun.file(path).exists()) await Bun.file(path).delete();
  },
};

/** `unix` and `tls` are Bun's additions to fetch and unknown to its type. */
function bunFetch(url: string, options: object): Promise<Response> {
  return fetch(url, options as RequestInit);
}

const agent: AgentTransport = async ({ socket, method, path, body, beginMs, timeoutMs }) => {
  const controller = new AbortController();
  const giveUp = (limitMs: number) =>
    setTimeout(() => controller.abort(new Error(`no answer in ${limitMs} ms`)), limitMs);
  // Never cleared: the process ends by exit().
  giveUp(timeoutMs);
  const beginning = giveUp(beginMs);
  const response = await bunFetch(`http://agent${path}`, {
    unix: socket,
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: controller.signal,
  });
  clearTimeout(beginning);
  return { status: response.status, text: textOf(response.body) };
};

async function* textOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of stream ?? []) yield decoder.decode(chunk, { stream: true });
}

const exec: Exec = async ({ path, env, stdin, timeoutMs }) => {
  const child = Bun.spawn([path], { env, stdin: new TextEncoder().encode(stdin), stdout: "pipe", stderr: "inherit" });
  let isTimedOut = false;
  let onTimeout = () => {};
  // A grandchild may hold the pipe open after the child: so the time limit ends the wait, not the pipe.
  const timedOut = new Promise<void>((resolve) => {
    onTimeout = resolve;
  });
  const timer = setTimeout(() => {
    isTimedOut = true;
    child.kill(SIGKILL);
    onTimeout();
  }, timeoutMs);
  try {
    const ended = Promise.all([readText(child.stdout, MAX_DELEGATE_BYTES), child.exited]);
    const outcome = await Promise.race([ended, timedOut]);
    const [stdout, exitCode] = outcome ?? ["", -1];
    return { stdout, exitCode, isTimedOut };
  } finally {
    clearTimeout(timer);
  }
};

async function readText(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Complete when it returns: the process ends by exit(), which drops what is buffered. */
function writeAll(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += lazyFs().writeSync(fd, bytes, at);
    } catch (error) {
      // A full pipe that a parent made non-blocking; a closed one is nobody's loss.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }
}
