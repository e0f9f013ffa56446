import type { Row } from "../figure.js";

export const page: Row = {
  name: "page",
  about: "page load and delta to paint with 500 pods",
  async measure() {
    return [];
  },
};
