import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the script of the API reference page to dist/web/reference, which apps/gateway serves. */
export default defineConfig({
  root: here('reference'),
  build: {
    outDir: here('../../dist/web/reference'),
    emptyOutDir: true,
    target: 'es2023',
    license: true,
    lib: { entry: here('reference/main.ts'), formats: ['es'], fileName: () => 'start.js' },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
