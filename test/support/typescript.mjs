// Lets Node run this repository's TypeScript without a build, for tests that start their own process:
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
