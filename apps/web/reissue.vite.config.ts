import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the customers' reissue page to dist/web/reissue, which apps/gateway serves. */
export default defineConfig({
  root: here('reissue'),
  build: {
    outDir: here('../../dist/web/reissue'),
    emptyOutDir: true,
    target: 'es2022',
    license: true,
    // Inlined files would be data: URLs, which the content security policy blocks.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
});
