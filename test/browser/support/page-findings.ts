import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

/** The smallest target for a thumb, in CSS pixels. */
const leastTarget = 44;
/** The only value that the page may store where scripts of a later visit can read it. */
const keptKeys = ['reseal-language'];

/** Violations of WCAG 2.2 A and AA that axe-core finds; in the dark scheme only rules about colours. */
export async function axeFindings(page: Page, scheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: scheme });
  // Evaluated by the debugger, because the page's policy blocks added scripts.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const runOnly = scheme === 'dark' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values };
  const options = JSON.stringify({ runOnly, resultTypes: ['violations'] });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
  return violations.map(({ id, nodes }) => {
    const places = nodes.slice(0, 3).map(({ html }) => html.slice(0, 160));
    return `${scheme}: ${id}: ${places.join(' | ')}`;
  });
}

/** Elements that are wider than the screen or their box, and targets that are too small for a thumb. */
export function layoutFindings(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const findings = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) findings.push('wider than the screen: ' + scrollWidth);
    const seen = (one) => one.checkVisibility() && !one.closest('.unseen, noscript');
    const name = (one) => one.tagName.toLowerCase() + ' ' + (one.textContent || one.id).slice(0, 40);
    for (const one of document.querySelectorAll('#root :not(input)'))
      if (seen(one) && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        findings.push('wider than its box: ' + name(one));
    const pressed = 'button, summary, a, input:not([type=radio], [type=checkbox]), label:has(input)';
    for (const one of document.querySelectorAll(pressed)) {
      const { width, height } = one.getBoundingClientRect();
      if (seen(one) && Math.min(width, height) < ${leastTarget - 0.5})
        findings.push('small: ' + name(one) + ' ' + Math.round(width) + 'x' + Math.round(height));
    }
    return findings;
  })()`);
}

/** Data in storage, cookies, address or history that scripts of a later visit must not read. */
export async function keptFindings(page: Page): Promise<string[]> {
  const { stored, rest } = await page.evaluate<{ stored: string[]; rest: string }>(`({
    stored: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
    rest: document.cookie + location.search + location.hash + (location.pathname === '/' ? '' : location.pathname)
  })`);
  const strange = stored.filter((key) => !keptKeys.includes(key)).map((key) => `kept: ${key}`);
  return rest === '' ? strange : [...strange, `kept: ${rest}`];
}

/** Collects script errors, policy violations, requests to other origins, and secrets that leave the page unsealed. */
export function watch(
  context: BrowserContext,
  { ours, secrets, complain }: { ours: string; secrets: readonly string[]; complain(what: string): void },
): void {
  context.on('weberror', (error) => complain(`error: ${error.error().message}`));
  context.on('console', (message) => {
    // Chromium logs refused API calls here; the page shows them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complain(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== ours) complain(`stranger: ${request.url()}`);
    const sent = `${decodeURIComponent(request.url())} ${request.postData() ?? ''}`;
    if (secrets.some((secret) => sent.includes(secret))) complain(`not sealed: ${request.url()}`);
  });
}
