import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env.RATCHET_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2023", chunkSizeWarningLimit: 1500, assetsInlineLimit: 0 },
  server: { host: "127.0.0.1", proxy: { "/api": { target: api, ws: true, changeOrigin: true } } },
});
