/** One line of the table: a figure, what it is compared with in the same run, and the bar it has to reach. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  /** The same job done another way, in the same unit. */
  baseline?: { what: string; value: number };
  /** In words, as docs/performance.md has it. */
  bar?: string;
  /** Whether the bar is reached; absent where there is none. */
  isMet?: boolean;
  /** Minimum, median and maximum of the samples behind `value`. */
  spread?: [number, number, number];
  note?: string;
}

/** A group of figures that share their set-up. */
export interface Row {
  name: string;
  about: string;
  measure(say: (line: string) => void): Promise<Figure[]>;
}
