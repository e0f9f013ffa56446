import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Controller, Get, Header, Inject, Param, StreamableFile } from "@nestjs/common";
import { ProblemError } from "../http/problem-error.js";
import { API_INFO, type ApiInfo } from "./api-info.js";

const ASSETS: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ratchet API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n`;

/** The API described for programs and for people. Everything comes from here, nothing from a CDN. */
@Controller("api")
export class DocsController {
  readonly #info: ApiInfo;
  #description: Promise<object> | undefined;

  constructor(@Inject(API_INFO) info: ApiInfo) {
    this.#info = info;
  }

  @Get("v1/openapi.json")
  describe(): Promise<object> {
    this.#description ??= import("@ratchet/contracts").then(({ openApiDocument }) =>
      openApiDocument(this.#info.version),
    );
    return this.#description;
  }

  @Get("docs")
  @Header("Content-Type", "text/html; charset=utf-8")
  page(): string {
    return PAGE;
  }

  @Get("docs/start.js")
  @Header("Content-Type", "text/javascript; charset=utf-8")
  start(): string {
    return START;
  }

  @Get("docs/:asset")
  asset(@Param("asset") asset: string): StreamableFile {
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (type === undefined) throw new ProblemError("NotFound", `there is no /api/docs/${asset}`);
    const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
    const path = join(folder, asset);
    return new StreamableFile(createReadStream(path), { type, length: statSync(path).size });
  }
}
