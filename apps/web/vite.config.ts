import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the operators' console to dist/web/ops, from where apps/ops serves it. */
export default defineConfig({
  root: here('ops'),
  // The licences of what is in the bundle travel with it.
  build: {
    outDir: here('../../dist/web/ops'),
    emptyOutDir: true,
    target: 'es2023',
    license: true,
    chunkSizeWarningLimit: 900,
    // Inlined files would be data: addresses, which the page's policy does not load.
    assetsInlineLimit: 0,
    rolldownOptions: {
      onLog: (level, log, show) => {
        // Mantine marks its files for servers that render React; here none does.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log);
      },
    },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
