import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds what makes the examples of the API's page run to dist/web/reference, from where apps/gateway serves it. */
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
