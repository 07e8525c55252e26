import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { RunningStack } from '../../support/running-stack.js';
import type { StaffName } from '../../support/sandbox.js';
import { savePicture } from './pictures.js';

export interface Look {
  readonly language?: 'en' | 'ko';
  readonly scheme?: 'light' | 'dark';
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** The labels of the sign-in button by language. */
const signInWords = { en: 'Sign in', ko: '로그인' } as const;
const patienceMs = 45_000;
const displayNameOf = (name: StaffName) => `${name[0]!.toUpperCase()}${name.slice(1)} Sample`;

/** The operators' console in its own browser context; it collects errors that must not happen. */
export class Console {
  /** Script errors, violations of the page's policy, and requests to other origins. */
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

  /** Opens the console and signs in by the issuer's page. */
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

  /** Opens an address of the console. */
  async go(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Goes to an address within the console, without a reload and a new sign-in. */
  async visit(path: string): Promise<void> {
    const push = `history.pushState(null, '', ${JSON.stringify(path)})`;
    await this.page.evaluate(`${push}; dispatchEvent(new PopStateEvent('popstate'))`);
  }

  async signIn(name: StaffName): Promise<void> {
    await this.page.getByRole('button', { name: signInWords[this.language], exact: true }).click();
    await this.page.getByRole('button', { name: displayNameOf(name) }).click();
    // On a narrow screen the menu is collapsed.
    await this.page.locator('nav').waitFor({ state: 'attached' });
  }

  /** Saves a picture of the whole page if pictures are wanted. */
  async picture(name: string, page = this.page): Promise<void> {
    await savePicture(page, name);
  }

  /** Violations of WCAG 2.2 A and AA that axe-core finds: each rule with the first places that break it. */
  async accessibilityFindings(): Promise<string[]> {
    // Evaluated by the debugger, because the page's policy blocks added scripts.
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

  /** Closes the browser context. @throws Error if an error was collected */
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
      // Chromium logs refused API calls here; the page shows them.
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
