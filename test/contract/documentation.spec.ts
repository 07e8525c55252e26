import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from '../support/repository-files.js';

const pages = repositoryFiles(['.md']).filter((path) => !path.startsWith('libs/terms/'));

/** A page without its code blocks, in which `#` and `](` mean something else. */
const prose = (path: string) => readFileSync(path, 'utf8').replace(/^```[^]*?^```$/gm, '');

/** The anchors that GitHub gives a page's headings; a repeated heading gets a number. */
function anchorsOf(path: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  return new Set(headings);
}

/** Targets in the repository of the links and pictures on a page. */
const linksOf = (path: string) =>
  [...prose(path).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter((target) => !/^(https?|mailto):/.test(target));

/** The error in a link; undefined if the link is correct. */
function faultOf(page: string, link: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : normalize(join(dirname(page), decodeURIComponent(file)));
  if (!existsSync(target)) return `${link}: ${target} does not exist`;
  if (anchor === undefined || statSync(target).isDirectory()) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no such heading`;
}

describe('documentation', () => {
  it.each(pages)('Documentation %s has links that resolve', (page) => {
    expect(linksOf(page).flatMap((link) => faultOf(page, link) ?? [])).toEqual([]);
  });

  it('Documentation in docs/ is listed in its index', () => {
    const index = linksOf('docs/README.md').map((link) => normalize(join('docs', link)));
    const listed = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(listed.filter((page) => !index.includes(page))).toEqual([]);
  });

  it('Documentation has a README of at most 150 lines', () => {
    expect(readFileSync('README.md', 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('Documentation has pictures in the README that are small', () => {
    for (const picture of linksOf('README.md').filter((link) => link.endsWith('.png')))
      expect([picture, statSync(picture).size < 200_000]).toEqual([picture, true]);
  });
});
