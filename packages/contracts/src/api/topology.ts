import { z } from "zod";
import { Fault } from "../resources/fault.js";
import { Link } from "../resources/link.js";
import { API_VERSION } from "../resources/metadata.js";
import { Node } from "../resources/node.js";
import { Pod } from "../resources/pod.js";

/** One namespace at one revision. `networks` stays empty until Networks are built. */
export const Topology = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Topology"),
  metadata: z.object({ namespace: z.string(), revision: z.int() }),
  nodes: z.array(Node),
  pods: z.array(Pod),
  links: z.array(Link),
  /** Those that have ended too, until they are forgotten. */
  faults: z.array(Fault),
  networks: z.array(z.unknown()),
});
export type Topology = z.output<typeof Topology>;
