import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { stateFolder } from '../../support/app-environment.js';
import type { RunningStack } from '../../support/running-stack.js';
import type { StaffName } from '../../support/sandbox.js';

export interface Look {
  readonly language?: 'en' | 'ko';
  readonly scheme?: 'light' | 'dark';
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** A button or link is looked for by what stands on it, in the language of the look. */
const signInWords = { en: 'Sign in', ko: '로그인' } as const;
const patienceMs = 45_000;
const displayNameOf = (name: StaffName) => `${name[0]!.toUpperCase()}${name.slice(1)} Sample`;

/** The operators' console in a browser of its own, with an eye on what must never happen there. */
export class Console {
  /** What went wrong unseen: errors of scripts, refusals of the page's policy, requests to strangers. */
  readonly complaints: string[] = [];
  private readonly ours = new Set<string>();

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
    private readonly language: 'en' | 'ko',
  ) {}

  static async open(
    browser: Browser,
    { addresses }: Pick<RunningStack, 'addresses'>,
    { language = 'en', scheme = 'light', width = 1280, height = 900 }: Look = {},
  ): Promise<Console> {
    const context = await browser.newContext({
      locale: language === 'en' ? 'en-GB' : 'ko-KR',
      colorScheme: scheme,
      viewport: { width, height },
      acceptDownloads: true,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const opened = new Console(context, page, addresses.ops, language);
    opened.watch([addresses.ops, addresses.sandbox]);
    return opened;
  }

  /** Opens the console and signs in as one of the staff would. */
  static async signedIn(
    browser: Browser,
    stack: Pick<RunningStack, 'addresses'>,
    name: StaffName,
    look?: Look,
  ): Promise<Console> {
    const opened = await Console.open(browser, stack, look);
    await opened.go('/');
    await opened.signIn(name);
    return opened;
  }

  /** Opens one of the console's own addresses. */
  async go(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Goes there as by a link of the console: without loading it anew, which would sign in anew. */
  async visit(path: string): Promise<void> {
    const push = `history.pushState(null, '', ${JSON.stringify(path)})`;
    await this.page.evaluate(`${push}; dispatchEvent(new PopStateEvent('popstate'))`);
  }

  async signIn(name: StaffName): Promise<void> {
    await this.page.getByRole('button', { name: signInWords[this.language], exact: true }).click();
    await this.page.getByRole('button', { name: displayNameOf(name) }).click();
    // On a narrow screen the menu is there, folded away.
    await this.page.locator('nav').waitFor({ state: 'attached' });
  }

  /** A screenshot of the whole page in the state folder, to be looked at. */
  async picture(name: string, page = this.page): Promise<void> {
    const folder = join(stateFolder(), 'screenshots');
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** What axe-core finds against WCAG 2.2 A and AA: each rule with the first places that break it. */
  async accessibilityFindings(): Promise<string[]> {
    // Evaluated by the debugger, as the page's policy lets no script in.
    await this.page.evaluate(axe.source);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const options = JSON.stringify({ runOnly: { type: 'tag', values: tags } });
    const { violations } = await this.page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    );
  }

  /** Closes it, and fails the test if anything went wrong unseen. */
  async close(): Promise<void> {
    await this.context.close();
    expect(this.complaints).toEqual([]);
  }

  /** A site to which a link of the console leads. */
  expectVisitTo(url: string): void {
    this.ours.add(new URL(url).origin);
  }

  private watch(known: readonly string[]): void {
    for (const url of known) this.expectVisitTo(url);
    this.context.on('weberror', (error) => this.complaints.push(`error: ${error.error().message}`));
    this.context.on('console', (message) => {
      // What the API refuses is shown on the page, and Chromium notes it here too.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(`console: ${message.text()}`);
    });
    this.context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && !this.ours.has(origin))
        this.complaints.push(`stranger: ${request.url()}`);
    });
  }
}
