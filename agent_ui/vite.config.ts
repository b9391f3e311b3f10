import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  base: "/",
  build: {
    outDir: "../callcenter/_desk",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    assetsInlineLimit: 0,
  },
  define: { __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
