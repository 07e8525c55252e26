import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the customers' reissue page to dist/web/reissue, from where apps/gateway serves it. */
export default defineConfig({
  root: here('reissue'),
  build: {
    outDir: here('../../dist/web/reissue'),
    emptyOutDir: true,
    target: 'es2022',
    license: true,
    // Inlined files would be data: addresses, which the page's policy does not load.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
