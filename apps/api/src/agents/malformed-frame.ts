/** A frame that is not of the agents' protocol. */
export class MalformedFrame extends Error {}
