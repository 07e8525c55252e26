import { expect, test } from '@jest/globals';
import typescript from 'typescript';
import { root } from '../lib/settings.mjs';

const isTest = /\/test\/|\/testing\/|\.spec\./;

/**
 * The files that a TypeScript configuration names. Their imports are not included.
 * @param {string} config
 */
function filesOf(config) {
  const { sys, readConfigFile, parseJsonConfigFileContent } = typescript;
  const { config: content } = readConfigFile(`${root}/${config}`, sys.readFile);
  return parseJsonConfigFileContent(content, sys, root).fileNames;
}

// The dependency rule `tests-stay-outside` covers the files that these import.
test('The build of the apps compiles no test and no test helper', () => {
  const files = filesOf('tsconfig.build.json');
  expect(files).toContain(`${root}/apps/gateway/src/main.ts`);
  expect(files.filter((file) => isTest.test(file.slice(root.length)))).toEqual([]);
});
