import { type LinkSpec, nameOfSender, type RerouteRequest, sendersOf } from "@ratchet/contracts";

type EndFields = { pod?: string; podSelector?: Record<string, string>; mac?: string };

/**
 * The spec with one end moved. What `to` does not say comes from the old end, except the MAC: two
 * pods with the same one would confuse every switch table on the way.
 */
export function rerouted(spec: LinkSpec, { endpoint, to }: RerouteRequest): LinkSpec {
  const endpoints = spec.endpoints.map((end, index) => {
    if (index !== endpoint) return end;
    const { mac: _mac, pod, podSelector, ...kept } = end as EndFields;
    const isMoved = to.pod !== undefined || to.podSelector !== undefined;
    const place = isMoved ? {} : podSelector === undefined ? { pod } : { podSelector };
    return { ...place, ...kept, ...to } as typeof end;
  });
  return { ...spec, endpoints, ...carriedOver(spec, endpoints) };
}

/** Impairments belong to the directions of the wire, whoever is at its ends. */
function carriedOver(
  { endpoints, impairments }: LinkSpec,
  moved: LinkSpec["endpoints"],
): Pick<LinkSpec, "impairments"> {
  if (impairments === undefined) return {};
  const renamed = impairments.map((impairment) => {
    const [sender] = sendersOf(endpoints, impairment.from);
    return sender === undefined ? impairment : { ...impairment, from: nameOfSender(moved, sender) };
  });
  return { impairments: renamed };
}
