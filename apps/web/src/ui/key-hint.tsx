/** A tooltip's text with the key that does the same. */
export function KeyHint({ text, keys }: { text: string; keys: string }) {
  return (
    <span className="key-hint">
      {text}
      {keys.split(" ").map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
