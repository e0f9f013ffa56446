import { readUrl } from "./url-state.js";

/** What the page was opened with. */
export const initialUrl = readUrl(window.location.search);
