import { create } from "zustand";
import { initialUrl } from "./initial-url.js";

/** The namespace that is looked at. */
export const useNamespace = create<{ namespace: string }>(() => ({ namespace: initialUrl.namespace }));
