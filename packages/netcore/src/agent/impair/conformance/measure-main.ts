import { setPriority } from "node:os";
import { type Engine, ImpairedPair } from "./impaired-pair.js";
import { measureRow, ROWS } from "./measure.js";

// `list`: one line of JSON for each row. `ENGINE [NUMBER,...]`: measures those rows, or all; one line of JSON each.
const [verb = "list", numbers] = process.argv.slice(2);
if (verb === "list") {
  for (const { what, asked } of ROWS) process.stdout.write(`${JSON.stringify({ what, asked })}\n`);
} else {
  // The clock's other end: what is read late looks delayed.
  setPriority(-20);
  const wanted = numbers === undefined ? [...ROWS.keys()] : numbers.split(",").map(Number);
  const pair = await ImpairedPair.begin(verb as Engine);
  try {
    for (const row of wanted.flatMap((n) => ROWS[n] ?? [])) {
      process.stdout.write(`${JSON.stringify(await measureRow(pair, row))}\n`);
    }
  } finally {
    await pair.end();
  }
}
