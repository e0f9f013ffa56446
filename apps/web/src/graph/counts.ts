import type { GraphModel } from "./model.js";
import { type StateWord, stateWord } from "./wire-state.js";

/** Ids of wires by what a person calls their state: the numbers in the header. */
export function countStates(model: GraphModel): Map<StateWord, string[]> {
  const byWord = new Map<StateWord, string[]>();
  for (const wire of model.wires.values()) {
    const word = stateWord(wire);
    const ids = byWord.get(word);
    if (ids) ids.push(wire.id);
    else byWord.set(word, [wire.id]);
  }
  return byWord;
}
