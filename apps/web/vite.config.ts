import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the operators' console to dist/web/ops, which apps/ops serves. */
export default defineConfig({
  root: here('ops'),
  // `license` writes the licences of the bundled packages next to the bundle.
  build: {
    outDir: here('../../dist/web/ops'),
    emptyOutDir: true,
    target: 'es2023',
    license: true,
    chunkSizeWarningLimit: 900,
    // Inlined files would be data: URLs, which the content security policy blocks.
    assetsInlineLimit: 0,
    rolldownOptions: {
      onLog: (level, log, show) => {
        // Mantine's files carry a directive for server rendering, which the console does not use.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log);
      },
    },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
