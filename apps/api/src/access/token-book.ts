import { createHash, timingSafeEqual } from "node:crypto";
import { fieldErrors, TOKEN_FORM, type TokenEntry, TokenList } from "@ratchet/contracts";

/** The tokens that are good, by what can be told of them without knowing them. */
export class TokenBook {
  readonly #entries: ReadonlyMap<string, TokenEntry>;

  private constructor(entries: readonly TokenEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
  }

  /** Reads the file that `ratchetctl init` writes. @throws Error naming the field that is wrong, never its value */
  static parse(text: string): TokenBook {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      throw new Error("is not JSON: ratchetctl init writes it");
    }
    const list = TokenList.safeParse(content);
    if (!list.success) {
      const [first] = fieldErrors(list.error);
      throw new Error(`is no list of tokens: ${first?.field ?? ""} ${first?.message ?? ""}`.trimEnd());
    }
    return new TokenBook(list.data.tokens);
  }

  get size(): number {
    return this.#entries.size;
  }

  byId(id: string): TokenEntry | undefined {
    return this.#entries.get(id);
  }

  /** The entry of a token; undefined when it is none of ours. Takes the same time whatever is wrong with it. */
  find(token: string): TokenEntry | undefined {
    const entry = this.#entries.get(TOKEN_FORM.exec(token)?.[1] ?? "");
    const expected = entry === undefined ? Buffer.alloc(32) : Buffer.from(entry.sha256, "hex");
    const isEqual = timingSafeEqual(createHash("sha256").update(token).digest(), expected);
    return isEqual ? entry : undefined;
  }
}
