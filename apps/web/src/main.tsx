import "./zod-setup.js";
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./app.css";
import "./ui/faults/faults.css";
import "./ui/impair/impair.css";
import "./ui/runs/runs.css";
import "./ui/traffic/traffic.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { theme } from "./theme.js";

const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 1_000 } } });
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <Notifications position="bottom-left" limit={3} containerWidth={380} className="toasts" />
        <App />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
