/** Where the store keeps its entries in etcd, below its default prefix. */
const ENTRIES = "ratchet/v/key/";
const ANSWER_WITHIN_MS = 5_000;

interface Range {
  kvs?: { key: string; value: string }[];
}

/**
 * What the store holds now in etcd, asked of any member by its JSON gateway, without the product's own code.
 *
 * Throws when no member answers, or when a value is too large to be kept in one piece.
 */
export async function readStoreInEtcd(endpoints: readonly string[]): Promise<Map<string, unknown>> {
  const body = JSON.stringify({ key: base64(ENTRIES), range_end: base64(`${ENTRIES.slice(0, -1)}0`) });
  let cause: unknown;
  for (const endpoint of endpoints) {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const answer = await fetch(`${endpoint}/v3/kv/range`, { method: "POST", body, signal });
      if (!answer.ok) throw new Error(`${endpoint} said ${answer.status}: ${await answer.text()}`);
      const { kvs = [] } = (await answer.json()) as Range;
      return new Map(
        kvs.map(({ key, value }) => [text(key).slice(ENTRIES.length), JSON.parse(text(value)) as unknown]),
      );
    } catch (error) {
      cause = error;
    }
  }
  throw new Error("etcd does not say what it holds", { cause });
}

function base64(plain: string): string {
  return Buffer.from(plain).toString("base64");
}

function text(encoded: string): string {
  return Buffer.from(encoded, "base64").toString();
}
