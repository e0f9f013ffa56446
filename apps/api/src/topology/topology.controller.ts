import { Controller, Get, Inject, Param } from "@nestjs/common";
import { API_VERSION, type Topology } from "@ratchet/contracts";
import { Core } from "../core.js";
import { namespaceParam } from "../http/path-params.js";

@Controller("api/v1/namespaces/:namespace/topology")
export class TopologyController {
  readonly #core: Core;

  constructor(@Inject(Core) core: Core) {
    this.#core = core;
  }

  /** Read in one turn of the event loop, so that everything in it is of one revision. */
  @Get()
  get(@Param("namespace") name: string): Topology {
    const namespace = namespaceParam(name);
    const { mirror, observer } = this.#core;
    const { world } = mirror;
    return {
      apiVersion: API_VERSION,
      kind: "Topology",
      metadata: { namespace, revision: mirror.revision },
      nodes: [...world.nodes].sort().flatMap((node) => observer.node(node) ?? []),
      pods: [...world.keysIn("pods", namespace)].sort().flatMap((key) => observer.pod(key) ?? []),
      links: [...world.keysIn("links", namespace)].sort().flatMap((key) => observer.link(key) ?? []),
      faults: [...world.keysIn("faults", namespace)].sort().flatMap((key) => observer.fault(key) ?? []),
      networks: [],
    };
  }
}
