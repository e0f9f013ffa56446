import { createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e3faf7",
  "#c3f1ec",
  "#93e3da",
  "#5ed3c8",
  "#2fc4b8",
  "#14a89d",
  "#0b8f87",
  "#0b7a75",
  "#09625e",
  "#074e4b",
];

const slate: MantineColorsTuple = [
  "#d5dce6",
  "#a9b5c5",
  "#8593a6",
  "#67768a",
  "#445266",
  "#303c4c",
  "#222c39",
  "#161e29",
  "#10161f",
  "#0b1017",
];

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono Variable", ui-monospace, "SF Mono", Menlo, monospace',
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  colors: { teal, dark: slate },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "620" },
  components: {
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, fz: "xs" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    Button: { defaultProps: { size: "xs" } },
    Menu: {
      defaultProps: { shadow: "md" },
      styles: { item: { fontSize: 13, paddingBlock: 6 }, label: { fontSize: 12 } },
    },
    Modal: {
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 2 } },
      styles: { title: { fontWeight: 640, fontSize: 15 } },
    },
  },
});
