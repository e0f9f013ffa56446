/** A mistake or a lack that its reader can mend. */
export class ImagesError extends Error {}
