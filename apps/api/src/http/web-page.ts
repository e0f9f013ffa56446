import { existsSync, statSync } from "node:fs";
import { join, normalize, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const INDEX = "index.html";
/** Vite puts a hash of the content into these names. */
const HASHED = /^assets\//;
// Nor what is meant for the API and misspelt, as with two slashes: a program would read the page as an answer.
const NEVER_PAGES = /^\/+(api|healthz|readyz|metrics)(\/|$)/i;

/** The built page: files as they are, and its index for every path that its own router knows. */
export class WebPage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async register(fastify: FastifyInstance): Promise<void> {
    await fastify.register(fastifyStatic, { root: this.#root, serve: false, cacheControl: false });
  }

  /** Answers when the path is the page's. Returns false when it is not. */
  answer(request: FastifyRequest, reply: FastifyReply): boolean {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const path = request.url.split("?", 1)[0] ?? "/";
    if (NEVER_PAGES.test(path) || !existsSync(join(this.#root, INDEX))) return false;
    const file = this.#fileOf(path) ?? (isAsset(path) ? undefined : INDEX);
    if (file === undefined) return false;
    void reply.header("Cache-Control", HASHED.test(file) ? "public, max-age=31536000, immutable" : "no-cache");
    void reply.sendFile(file);
    return true;
  }

  #fileOf(path: string): string | undefined {
    let relative: string;
    try {
      relative = normalize(decodeURIComponent(path)).replace(/^\/+/, "");
    } catch {
      return undefined;
    }
    if (relative === "" || relative.includes("\0") || relative.split(sep).some((part) => part.startsWith(".")))
      return undefined;
    return statSync(join(this.#root, relative), { throwIfNoEntry: false })?.isFile() ? relative : undefined;
  }
}

// A missing script answered with the index would be reported as a syntax error in it.
function isAsset(path: string): boolean {
  return /\.[a-z0-9]+$/i.test(path);
}
