import { impairmentsMoved, type LinkSpec, type RerouteRequest } from "@ratchet/contracts";

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
  if (spec.impairments === undefined) return { ...spec, endpoints };
  // They belong to the directions of the wire, whoever is at its ends.
  return { ...spec, endpoints, impairments: impairmentsMoved(spec.impairments, spec.endpoints, endpoints) };
}
