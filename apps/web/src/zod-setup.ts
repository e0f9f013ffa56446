import { config } from "zod";

// zod compiles its parsers with `new Function` where it may; the page's
// Content-Security-Policy forbids that, and the mere attempt is reported.
config({ jitless: true });
