// Lets Node run this repository's TypeScript as it is, for tests that start a process of their own:
// node --conditions=source --experimental-transform-types --import ./test/support/typescript.mjs …
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || !specifier.endsWith('.js')) throw error;
      return next(specifier.replace(/\.js$/, '.ts'), context);
    }
  },
});
