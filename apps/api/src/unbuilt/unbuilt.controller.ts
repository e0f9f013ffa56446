import { All, Controller, Get, Param } from "@nestjs/common";
import { BUILT_PLURALS, PLURALS } from "@ratchet/contracts";
import { ProblemError } from "../http/problem-error.js";

const UNBUILT = Object.keys(PLURALS).filter((plural) => !(BUILT_PLURALS as readonly string[]).includes(plural));

/** What the API will have and does not yet: refused by name, so that nobody takes silence for success. */
@Controller("api/v1/namespaces/:namespace")
export class UnbuiltController {
  @All(UNBUILT.flatMap((plural) => [plural, `${plural}/*`]))
  kind(): never {
    throw new ProblemError("Unsupported", `${UNBUILT.join(", ")} are not built yet: ${BUILT_PLURALS.join(", ")} are`);
  }

  @Get("links/:name/capture")
  capture(@Param("name") name: string): never {
    throw new ProblemError("Unsupported", `capturing on link ${name} is not built yet`);
  }
}
