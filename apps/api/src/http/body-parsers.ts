import type { FastifyInstance } from "fastify";
import { ProblemError } from "./problem-error.js";
import { readJson } from "./read-json.js";

export const BODY_LIMIT_BYTES = 1024 * 1024;
export const APPLY_LIMIT_BYTES = 8 * 1024 * 1024;
/** 50,000 links with their claims take 60 MiB. */
export const RESTORE_LIMIT_BYTES = 256 * 1024 * 1024;
export const RESTORE_PATH = "/api/v1/restore";
export const APPLY_PATH = "/api/v1/apply";
/** POST alone: a scenario is written by hand, and its mistakes are told by line. */
export const RUNS_PATH = "/api/v1/namespaces/:namespace/runs";
const JSON_TYPES = ["application/json", "application/merge-patch+json"];
const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

/** A YAML body, not read yet: only apply and runs take one. */
export class YamlText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Which media types are read at all; which of them a method takes is checked in media-types.ts. */
export function addBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: "buffer" }, (_request, body, done) => {
    try {
      // Many clients name the media type also when they send nothing, as with restart.
      done(null, body.length === 0 ? undefined : readJson(decode(body as Buffer)));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser(YAML_TYPES, { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, new YamlText(decode(body as Buffer)));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook("onRoute", (route) => {
    if (route.url === RESTORE_PATH) route.bodyLimit = RESTORE_LIMIT_BYTES;
    else route.bodyLimit = route.url === APPLY_PATH ? APPLY_LIMIT_BYTES : BODY_LIMIT_BYTES;
  });
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new ProblemError("Malformed", "the body is not UTF-8");
  }
}

export function isYaml(mediaType: string): boolean {
  return YAML_TYPES.includes(mediaType);
}
