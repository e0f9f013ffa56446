import { type StateWord, stateOfWord } from "../graph/wire-state.js";

/** A short piece of wire as the canvas draws it in this state. */
export function StateMark({ word }: { word: StateWord }) {
  const state = stateOfWord(word);
  const color = `var(--${state})`;
  return (
    <svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true" style={{ flex: "none" }}>
      {state === "up" && <line x1="1" y1="6" x2="29" y2="6" stroke={color} strokeWidth="2" />}
      {state === "pending" && (
        <line x1="1" y1="6" x2="29" y2="6" stroke={color} strokeWidth="2" strokeDasharray="6 4" />
      )}
      {state === "unknown" && (
        <line x1="1" y1="6" x2="29" y2="6" stroke={color} strokeWidth="2" strokeDasharray="1.5 4" />
      )}
      {state === "impaired" && <path d="M1 6q3.5-6 7 0t7 0t7 0t7 0" fill="none" stroke={color} strokeWidth="1.9" />}
      {word === "faulted" && (
        <g stroke={color} strokeWidth="2" strokeLinecap="round">
          <line x1="1.5" y1="6" x2="8" y2="6" strokeDasharray="2.5 3.5" />
          <line x1="22" y1="6" x2="28.5" y2="6" strokeDasharray="2.5 3.5" />
          <path d="M16 0L11 7H14.4L13.6 12L19 5H15.6Z" fill={color} stroke="none" />
        </g>
      )}
      {state === "down" && word !== "faulted" && (
        <g stroke={color} strokeWidth="2" strokeLinecap="round">
          <line x1="1.5" y1="6" x2="8" y2="6" />
          <line x1="22" y1="6" x2="28.5" y2="6" />
          <path d="M12 3l6 6M18 3l-6 6" />
        </g>
      )}
      {(state === "degraded" || state === "error") && (
        <g>
          <line x1="1" y1="6" x2="29" y2="6" stroke={color} strokeWidth="2" />
          {state === "error" ? (
            <rect x="9.5" y="0.5" width="11" height="11" rx="2.5" fill={color} />
          ) : (
            <circle cx="15" cy="6" r="5.7" fill={color} />
          )}
          <text x="15" y="9.3" textAnchor="middle" fontSize="9" fontWeight="700" fill="var(--surface)">
            {state === "error" ? "×" : "!"}
          </text>
        </g>
      )}
    </svg>
  );
}

/** The state in words beside its mark. */
export function StateLabel({ word, text }: { word: StateWord; text?: string }) {
  return (
    <span className="state" style={{ color: `var(--${stateOfWord(word)})` }}>
      <StateMark word={word} />
      <span>{text ?? word}</span>
    </span>
  );
}
