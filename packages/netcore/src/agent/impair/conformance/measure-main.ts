import { setPriority } from "node:os";
import { type Engine, ImpairedPair } from "./impaired-pair.js";
import { measureRow, ROWS } from "./measure.js";

// `ENGINE [WORD]`: measures the rows whose name has the word, one line of JSON each.
const [engine = "relay", only = ""] = process.argv.slice(2);
// The clock's other end: what is read late looks delayed.
setPriority(-20);
const pair = await ImpairedPair.begin(engine as Engine);
try {
  for (const row of ROWS.filter(({ what }) => what.includes(only))) {
    process.stdout.write(`${JSON.stringify(await measureRow(pair, row))}\n`);
  }
} finally {
  await pair.end();
}
