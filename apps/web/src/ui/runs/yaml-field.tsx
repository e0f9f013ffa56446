import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from "react";

export interface YamlFieldHandle {
  /** Puts the cursor on a line, from 1. */
  goTo: (line: number) => void;
}

interface Props {
  ref: Ref<YamlFieldHandle>;
  text: string;
  wrongLines: ReadonlySet<number>;
  onChange: (text: string) => void;
}

const INDENT = "  ";
const LINE_PX = 18;

/** Text with line numbers; those with something wrong stand out. */
export function YamlField({ ref, text, wrongLines, onChange }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split("\n");
  useImperativeHandle(ref, () => ({
    goTo: (line) => {
      const own = area.current;
      if (!own) return;
      const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      own.focus();
      own.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
      own.scrollTop = Math.max(0, (line - 4) * LINE_PX);
    },
  }));
  /** A new line begins where the one before did. Tab is left alone: the keyboard has to get out again. */
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const own = event.currentTarget;
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey) return;
    const before = own.value.slice(0, own.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const blanks = /^ */.exec(line)?.[0] ?? "";
    event.preventDefault();
    const inserted = `\n${blanks}${/:\s*$/.test(line) ? INDENT : ""}`;
    own.setRangeText(inserted, own.selectionStart, own.selectionEnd, "end");
    onChange(own.value);
  };
  return (
    <div className="yaml">
      <div className="yaml-gutter" ref={gutter} aria-hidden="true">
        {lines.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={index} data-wrong={wrongLines.has(index + 1)}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        className="yaml-text"
        value={text}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        aria-label="Scenario in YAML"
        aria-invalid={wrongLines.size > 0}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKey}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
        data-testid="editor-text"
      />
    </div>
  );
}
