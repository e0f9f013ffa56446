import { LinkInput, type RerouteRequest } from "@ratchet/contracts";
import { parseObject } from "../admission/parse-object.js";
import { ProblemError } from "../http/problem-error.js";
import { rerouted } from "../plan/reroute.js";
import { documentOf } from "../state/documents.js";
import type { Intents, Request } from "../state/intents.js";
import type { LinkRecord } from "../state/records.js";

/** Moves one end of a link, in one transaction. @throws ProblemError, its fields in the words of the request */
export async function rerouteLink(
  intents: Intents,
  namespace: string,
  name: string,
  asked: RerouteRequest,
  request: Request,
): Promise<void> {
  const make = ({ data, modRevision }: { data: unknown; modRevision: number }) => {
    const link = data as LinkRecord;
    const moved = { ...documentOf("Link", link, modRevision), spec: rerouted(link.spec, asked) };
    return { kind: "Link" as const, input: parseObject(LinkInput, moved, { namespace, name }) };
  };
  try {
    await intents.update("Link", namespace, name, request, make, "reroute");
  } catch (error) {
    throw asAsked(error);
  }
}

/**
 * A refusal of the moved link, in the words of the request: what is wrong with its ends, whichever the
 * check names, came with `to`, for the link was right before.
 */
function asAsked(error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  const { code, message, errors, headers } = error;
  const rename = (text: string) => text.replace(/spec\.endpoints\[[01]\]\./g, "to.");
  const renamed = errors.map((item) => ({ ...item, field: rename(item.field) }));
  return new ProblemError(code, rename(message), { errors: renamed, headers, cause: error });
}
