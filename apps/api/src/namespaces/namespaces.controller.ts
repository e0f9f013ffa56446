import { Controller, Get, Inject } from "@nestjs/common";
import { API_VERSION, type List } from "@ratchet/contracts";
import { Core } from "../core.js";

const ALWAYS = "default";

@Controller("api/v1/namespaces")
export class NamespacesController {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** Those in use: a namespace begins with its first object and ends with its last. */
  @Get()
  list(): List<{ metadata: { name: string } }> {
    const { world, revision } = this.#core.mirror;
    const names = [...world.namespaces().add(ALWAYS)].sort();
    const items = names.map((name) => ({ apiVersion: API_VERSION, kind: "Namespace", metadata: { name } }));
    return { apiVersion: API_VERSION, kind: "NamespaceList", metadata: { revision }, items };
  }
}
