import { Inject, Injectable } from "@nestjs/common";
import type { Layout } from "@ratchet/contracts";
import { Core } from "../core.js";

/** One layout a namespace, until views have names. */
const NAME = "default";

/** Where things stand on the page, for everyone. */
@Injectable()
export class LayoutsService {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** Empty while nobody saved one. */
  async get(namespace: string): Promise<Layout> {
    const history = await this.#core.history();
    const saved = await history.getLayout(namespace, NAME);
    return { positions: (saved?.positions ?? {}) as Layout["positions"] };
  }

  async put(namespace: string, layout: Layout, actor: string): Promise<Layout> {
    const history = await this.#core.history();
    const { positions } = layout;
    await history.putLayout({
      namespace,
      name: NAME,
      positions,
      updatedBy: actor,
      updatedAt: new Date().toISOString(),
    });
    const { hub, replicas } = this.#core;
    hub.broadcast({ type: "layout", namespace, layout, actor }, namespace);
    replicas?.peers?.server.layout({ type: "layout", namespace, layout, actor });
    return layout;
  }
}
