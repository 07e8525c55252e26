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
    // One file is served: what opens old key files, which is loaded when it is needed, is not needed here.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes('/libs/npki/') } },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
