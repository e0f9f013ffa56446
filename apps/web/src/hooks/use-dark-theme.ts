import { useComputedColorScheme } from "@mantine/core";

/** True while the page is dark, by choice or by the system's. */
export function useDarkTheme(): boolean {
  return useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark";
}
