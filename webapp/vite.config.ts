import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./compress.ts";

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { tsconfigPaths: true },
  build: {
    target: "es2022",
    // The Mini App, and the operators' dashboard beside it.
    rolldownOptions: { input: ["index.html", "admin.html"] },
    // The content security policy allows no data: scripts or inline modules.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8000",
      "/ws": { target: "http://127.0.0.1:8000", ws: true },
    },
  },
});
