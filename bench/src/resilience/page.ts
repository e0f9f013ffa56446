import { ENGINES, type Engine, type Measurement, type RowName } from "./measurement.js";

const BEGIN = "<!-- impairments: written by npm run resilience -->";
const END = "<!-- impairments end -->";
const HEAD = ["what", "asked", ...ENGINES];

/** The table of docs/resilience.md. What is not measured anew keeps the cell it has. */
export class ResiliencePage {
  private readonly cells = new Map<string, string>();
  private readonly conditions = new Map<Engine, string>();

  constructor(
    private readonly rows: readonly RowName[],
    private text: string,
  ) {
    this.readOld();
  }

  /** `condition`: of the machine, in a few words. */
  put(measurement: Measurement, condition: string): void {
    const { engine, measured, isWithin } = measurement;
    this.cells.set(keyOf(engine, measurement), isWithin === false ? `**${measured}**` : measured);
    this.conditions.set(engine, condition);
  }

  /** The whole page. */
  toString(): string {
    const block = `${BEGIN}\n\n${this.section()}\n${END}\n`;
    const begin = this.text.indexOf(BEGIN);
    if (begin < 0) return `${this.text.trimEnd()}\n\n${block}`;
    return (
      this.text.slice(0, begin) + block + this.text.slice(this.text.indexOf(END) + END.length).replace(/^\n+/, "\n")
    );
  }

  private section(): string {
    const lines = this.rows.map((row) => {
      const cells = ENGINES.map((engine) => this.cells.get(keyOf(engine, row)) ?? "-");
      return [row.what, row.asked, ...cells];
    });
    const found = ENGINES.flatMap((engine) => this.rows.map((row) => this.cells.get(keyOf(engine, row)) ?? ""));
    const outside = found.filter((cell) => cell.startsWith("**")).length;
    return `## What impairments do

Asked beside measured, from one pod to another by the kernel's own time stamps: delay within 1 ms or 2 % of what is asked, less
what a wire beside it that nobody impairs took in the same moment (in brackets); shares within the 99 % interval of the frames
sent, so one cell in a hundred may miss by chance; rates within 5 %. **Bold** is outside: ${outside} of ${found.filter((cell) => cell !== "").length}.

${ENGINES.map((engine) => `- ${engine}: ${this.conditions.get(engine) ?? "not measured"}`).join("\n")}

${tableOf([HEAD, ...lines])}
`;
  }

  private readOld(): void {
    const section = this.text.slice(this.text.indexOf(BEGIN), this.text.indexOf(END));
    for (const engine of ENGINES) {
      const said = new RegExp(`^- ${engine}: (.*)$`, "m").exec(section)?.[1];
      if (said !== undefined) this.conditions.set(engine, said);
    }
    for (const line of section.split("\n")) {
      const [what, asked, ...cells] = line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      if (what === undefined || asked === undefined) continue;
      ENGINES.forEach((engine, i) => {
        const cell = cells[i] ?? "";
        if (cell !== "" && cell !== "-") this.cells.set(keyOf(engine, { what, asked }), cell);
      });
    }
  }
}

export function keyOf(engine: Engine, { what, asked }: RowName): string {
  return `${engine} | ${what} | ${asked}`;
}

/** As the formatter would have it: every column as wide as its widest cell. */
function tableOf([head = [], ...lines]: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i]?.length ?? 0)));
  const rowOf = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [rowOf(head), rowOf(widths.map((width) => "-".repeat(width))), ...lines.map(rowOf)].join("\n");
}
