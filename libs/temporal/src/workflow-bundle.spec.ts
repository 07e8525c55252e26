import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '#libs/observability';
import { bundleWorkflows } from './workflow-bundle.js';

describe('workflow bundle', () => {
  // Within the repository, because package imports (#libs/…) belong to the nearest package.json.
  const folder = mkdtempSync(join(import.meta.dirname, 'bundle-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('The bundle holds the sources, not an older build in dist, and encodes failures', async () => {
    const path = join(folder, 'index.ts');
    writeFileSync(
      path,
      `export { states } from '#libs/domain';\nexport async function sample(): Promise<void> {}\n`,
    );
    const { code } = await bundleWorkflows(createLogger({ name: 'test', level: 'error' }), path);
    expect(code).toContain('libs/domain/src/states.ts');
    expect(code).not.toContain('dist/libs');
    expect(code).toContain('libs/temporal/src/failure-converter.ts');
  }, 20_000);
});
