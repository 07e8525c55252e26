import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { en } from '../../../apps/web/reissue/words/en.js';
import { ko } from '../../../apps/web/reissue/words/ko.js';
import { stateFolder } from '../../support/app-environment.js';
import { rememberSecret } from '../../support/canaries.js';
import type { RunningStack } from '../../support/running-stack.js';
import type { Person } from '../../support/sandbox.js';
import { takePhoto } from '../../support/photos.js';

export type Language = 'ko' | 'en';
export type Reason = keyof typeof en.reason.names;

const patienceMs = 20_000;
/** A password as somebody sets it anew: another one than any sample person has. */
export const newPassword = 'renewed-2468-Seal';

/** The reissue page on a phone, in the hands of somebody who does what it says. */
export class CustomerPage {
  readonly words: typeof en;
  /** What went wrong unseen: errors of scripts, refusals of the page's policy, requests to strangers. */
  readonly complaints: string[] = [];
  private password: string;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly stack: RunningStack,
    readonly person: Person,
    readonly language: Language,
  ) {
    this.words = language === 'ko' ? ko : en;
    this.password = person.certificatePassword;
  }

  static async open(
    browser: Browser,
    stack: RunningStack,
    {
      person,
      language = 'ko',
      scheme = 'light',
    }: { person: Person; language?: Language; scheme?: 'light' | 'dark' },
  ): Promise<CustomerPage> {
    const context = await browser.newContext({
      locale: language === 'en' ? 'en-GB' : 'ko-KR',
      colorScheme: scheme,
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      acceptDownloads: true,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const opened = new CustomerPage(context, page, stack, person, language);
    opened.watch(new URL(stack.addresses.gateway).origin);
    await page.goto(`${stack.addresses.gateway}/`);
    await opened.at(opened.words.prepare.title);
    return opened;
  }

  /** Waits for the screen with this heading. */
  async at(title: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  async fill(label: string, value: string): Promise<void> {
    const field = this.page.getByLabel(label, { exact: true });
    await field.and(this.page.locator('input:not([type=radio])')).fill(value);
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('radio', { name }).check();
  }

  async agreeToAll(): Promise<void> {
    await this.page.getByRole('checkbox', { name: this.words.consent.all }).check();
    await this.press(this.words.consent.agree);
  }

  /** From the first screen to the one that asks who one is. */
  async comeToApplicant(reason: Reason): Promise<void> {
    const { prepare, next, consent, applicant } = this.words;
    await this.press(prepare.start);
    await this.at(this.words.reason.title);
    await this.choose(this.words.reason.names[reason]);
    await this.press(next);
    await this.at(consent.title);
    await this.agreeToAll();
    await this.at(applicant.title);
  }

  async start(reason: Reason): Promise<void> {
    const { applicant, identity } = this.words;
    await this.comeToApplicant(reason);
    await this.fill(applicant.name, this.person.name);
    await this.fill(applicant.mobile, this.person.mobile);
    await this.press(applicant.go);
    await this.at(identity.phoneTitle);
  }

  async enterPhoneCode(): Promise<void> {
    await this.enterCode(await this.stack.sandbox.phoneCode(this.person));
    await this.at(this.words.identity.title);
  }

  async enterCode(code: string): Promise<void> {
    await this.fill(this.words.identity.code, code);
    await this.press(this.words.identity.confirm);
  }

  async proveByOneWon(): Promise<void> {
    await this.page.getByRole('button', { name: this.words.identity.names.ONE_WON }).click();
    await this.at(this.words.identity.wonTitle);
    await this.enterCode(await this.stack.sandbox.depositCode(this.person));
  }

  async proveByDocument(): Promise<void> {
    const { identity, applicant } = this.words;
    const { document, rrn } = this.person;
    await this.page.getByRole('button', { name: identity.names.ID_DOCUMENT }).click();
    await this.at(identity.documentTitle);
    const { bytes, contentType } = await takePhoto();
    await this.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'photo.jpg', mimeType: contentType, buffer: Buffer.from(bytes) });
    await this.choose(applicant.documents[document.type]);
    await this.fill(applicant.rrn, rrn);
    await this.fill(applicant.issuedOn, document.issuedOn);
    if (document.type === 'DRIVING_LICENCE') await this.fill(applicant.licence, document.number);
    await this.press(identity.confirm);
  }

  async enterPassword(password = this.person.certificatePassword): Promise<void> {
    await this.at(this.words.password.title);
    await this.fill(this.words.password.label, password);
    await this.press(this.words.password.confirm);
  }

  async setPassword(): Promise<void> {
    const { password } = this.words;
    await this.at(password.resetTitle);
    await this.fill(password.newLabel, newPassword);
    await this.fill(password.again, newPassword);
    rememberSecret('password', Buffer.from(newPassword));
    this.password = newPassword;
    await this.press(password.set);
  }

  async agreeToTerms(): Promise<void> {
    await this.at(this.words.terms.title);
    await this.agreeToAll();
    await this.at(this.words.save.title);
  }

  /** Presses a button and gives the file that comes of it. */
  async download(name: string): Promise<Buffer> {
    const button = this.page.getByRole('button', { name, exact: true, disabled: false }).first();
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    return readFile(await download.path());
  }

  async save(): Promise<{ zip: Buffer; p12: Buffer; password: string }> {
    const { save } = this.words;
    await this.at(save.title);
    const zip = await this.download(save.zip);
    const p12 = await this.download(save.p12);
    await this.press(save.next);
    return { zip, p12, password: this.password };
  }

  async check(): Promise<void> {
    await this.at(this.words.check.title);
    await this.press(this.words.check.go);
    await this.at(this.words.done.title);
  }

  /** Loads the page again, as it is where it was. */
  async reload(): Promise<void> {
    await this.page.reload();
  }

  /** A screenshot of the whole page in the state folder, to be looked at. */
  async picture(name: string): Promise<void> {
    const folder = join(stateFolder(), 'screenshots');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({
      path: join(folder, `customer-${name}-${this.language}.png`),
      fullPage: true,
    });
  }

  /** A picture, and what axe-core finds against WCAG 2.2 A and AA: nothing. */
  async look(name: string): Promise<void> {
    await this.picture(name);
    await this.page.evaluate(axe.source);
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const options = JSON.stringify({ runOnly: { type: 'tag', values } });
    const { violations } = await this.page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
    for (const { id, nodes } of violations)
      this.complaints.push(`${name}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }

  /** Closes it, and fails the test if anything went wrong unseen. */
  async close(): Promise<void> {
    await this.context.close();
    expect(this.complaints).toEqual([]);
  }

  private watch(ours: string): void {
    this.context.on('weberror', (error) => this.complaints.push(`error: ${error.error().message}`));
    this.context.on('console', (message) => {
      // What the API refuses is shown on the page, and Chromium notes it here too.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(`console: ${message.text()}`);
    });
    this.context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== ours) this.complaints.push(`stranger: ${request.url()}`);
    });
  }
}
