import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';

const modules = { 'step-ca': 'github.com/smallstep/certificates', cfssl: 'github.com/cloudflare/cfssl' };

/** Names and versions of the other CAs, from their go.mod. */
export function rivalVersions(): string[] {
  const goMod = readFileSync(join(projectRoot(), 'deploy/local/bench-rivals/go.mod'), 'utf8');
  return Object.entries(modules).map(([name, path]) => {
    const line = goMod.split('\n').find((one) => one.includes(`\t${path} v`));
    return `${name} ${line?.split(' v')[1]?.split(' ')[0] ?? ''}`;
  });
}
