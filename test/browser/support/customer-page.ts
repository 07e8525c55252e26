import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { pageEnglish } from '../../../apps/web/reissue/words/en.js';
import { pageKorean } from '../../../apps/web/reissue/words/ko.js';
import { rememberSealed } from '../../support/canaries.js';
import { documentFieldsOf, rememberDocument } from '../../support/applicant-body.js';
import type { RunningStack } from '../../support/running-stack.js';
import type { Person } from '../../support/sandbox.js';
import { takePhoto } from '../../support/photos.js';
import { oldCertificateFiles, type UploadedFile } from './old-certificate.js';
import { axeFindings, keptFindings, layoutFindings, watch } from './page-findings.js';
import { savePicture } from './pictures.js';
import type { SavedFiles } from './saved-files.js';

export type Language = 'ko' | 'en';
export type Reason = keyof typeof pageEnglish.reason.names;
export type Way = keyof typeof pageEnglish.applicant.ways;
export type Method = keyof typeof pageEnglish.identity.names;

const patienceMs = 45_000;
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } } as const;
/** The narrowest screen that WCAG (1.4.10) requires. */
const narrow = { width: 320, height: 640 };
/** A new password, which no sample person has. */
export const newPassword = 'renewed-2468-Seal';

interface Opening {
  readonly person: Person;
  readonly language?: Language;
  readonly scheme?: 'light' | 'dark';
  /** Runs before the page is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** Whether downloads work; in web views of other apps they often do not. */
  readonly downloads?: boolean;
  readonly device?: keyof typeof screens;
  /** The path and fragment of the page's address. */
  readonly address?: string;
  /** The first screen, if it is not `prepare`. */
  readonly first?: 'prepare' | 'receive' | 'stop' | 'unfit';
}

/** The reissue page on a phone, used by a customer who follows its instructions. */
export class CustomerPage {
  words: typeof pageEnglish;
  /** Script errors, and faults of the screens that were inspected. */
  readonly complaints: string[] = [];
  private password: string;
  /** The file that was saved last. */
  private saved: UploadedFile | undefined;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly stack: RunningStack,
    readonly person: Person,
    public language: Language,
    private readonly scheme: 'light' | 'dark',
    private readonly device: keyof typeof screens,
  ) {
    this.words = language === 'ko' ? pageKorean : pageEnglish;
    this.password = person.certificatePassword;
  }

  static async open(browser: Browser, stack: RunningStack, opening: Opening): Promise<CustomerPage> {
    const { person, language = 'ko', scheme = 'light', before, downloads = true } = opening;
    const { device = 'phone', address = '/', first = 'prepare' } = opening;
    const context = await browser.newContext({
      locale: language === 'en' ? 'en-GB' : 'ko-KR',
      colorScheme: scheme,
      viewport: screens[device],
      hasTouch: device === 'phone',
      isMobile: device === 'phone',
      acceptDownloads: downloads,
    });
    context.setDefaultTimeout(patienceMs);
    // Without a window the browser has no save dialog; only downloads work.
    await context.addInitScript('delete globalThis.showSaveFilePicker');
    const page = await context.newPage();
    const opened = new CustomerPage(context, page, stack, person, language, scheme, device);
    const { rrn, certificatePassword } = person;
    const secrets = [rrn, `${rrn.slice(0, 6)}-${rrn.slice(6)}`, certificatePassword, newPassword];
    const complain = (what: string) => opened.complaints.push(what);
    rememberDocument(documentFieldsOf(person));
    for (const password of [certificatePassword, newPassword]) rememberSealed('password', password);
    watch(context, { ours: new URL(stack.addresses.gateway).origin, secrets, complain });
    await before?.(opened.page);
    await opened.visit(address);
    await opened.at(opened.words[first].title);
    return opened;
  }

  /** Opens the page in a second tab of the same browser. */
  async secondTab(): Promise<CustomerPage> {
    const { context, stack, person, language, scheme, device } = this;
    const page = await context.newPage();
    const second = new CustomerPage(context, page, stack, person, language, scheme, device);
    await second.visit('/');
    return second;
  }

  /** Makes this tab the visible one. */
  async turnTo(): Promise<void> {
    await this.page.bringToFront();
    // Without a window no tab is ever hidden.
    await this.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  }

  private visit(address: string): Promise<unknown> {
    return this.page.goto(this.stack.addresses.gateway + address);
  }

  /** Waits for the screen with this heading. */
  async at(title: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  }

  async sees(text: string): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async press(name: string): Promise<void> {
    await this.reveal(name);
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Opens what hides a button, once the screen has it. */
  async reveal(name: string): Promise<void> {
    const button = this.page.getByRole('button', { name, exact: true, includeHidden: true }).first();
    await button.waitFor({ state: 'attached' });
    const hiding = this.page
      .locator('details:not([open])')
      .filter({ has: this.page.locator('button', { hasText: name }) });
    while ((await hiding.count()) > 0) await hiding.first().locator('> summary').click();
  }

  async fill(label: string, value: string): Promise<void> {
    const field = this.page.getByLabel(label, { exact: true });
    await field.and(this.page.locator('input:not([type=radio])')).fill(value);
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).check();
  }

  async chooseReason(reason: Reason): Promise<void> {
    await this.page.getByRole('radio', { name: this.words.reason.names[reason] }).check();
  }

  async agreeToAll(): Promise<void> {
    await this.page.getByRole('checkbox', { name: this.words.consent.all }).check();
    await this.press(this.words.consent.agree);
  }

  /** Goes from the first screen to the applicant screen. */
  async comeToApplicant(reason: Reason): Promise<void> {
    const { prepare, next, consent, applicant } = this.words;
    await this.press(prepare.start);
    await this.at(this.words.reason.title);
    await this.chooseReason(reason);
    await this.press(next);
    await this.at(consent.title);
    await this.agreeToAll();
    await this.at(applicant.title);
  }

  /** Enters the claimed identity, which starts the reissue. */
  async nameOneself(way: Way = 'mobile'): Promise<void> {
    const { applicant } = this.words;
    const { name, mobile, rrn } = this.person;
    await this.fill(applicant.name, name);
    await this.choose(applicant.ways[way]);
    if (way === 'mobile') await this.fill(applicant.mobile, mobile);
    if (way === 'rrn') await this.fillRrn(rrn);
    if (way === 'document') await this.fillDocument();
    await this.press(way === 'mobile' ? applicant.go : applicant.goPlain);
  }

  /** Goes from the first screen to the first challenge. */
  async start(reason: Reason, way: Way = 'mobile'): Promise<void> {
    await this.comeToApplicant(reason);
    await this.nameOneself(way);
    const { phoneTitle, title } = this.words.identity;
    await this.at(way === 'mobile' ? phoneTitle : title);
  }

  async enterCode(code: string): Promise<void> {
    await this.fill(this.words.identity.code, code);
    await this.press(this.words.identity.confirm);
  }

  readPhoneCode(): Promise<string> {
    return this.stack.sandbox.phoneCode(this.person);
  }

  async enterPhoneCode(): Promise<void> {
    await this.enterCode(await this.readPhoneCode());
    await this.at(this.words.identity.title);
  }

  async chooseMethod(method: Method): Promise<void> {
    const { names, phoneTitle, wonTitle, documentTitle, oldTitle } = this.words.identity;
    const titles = { PHONE_CODE: phoneTitle, ONE_WON: wonTitle, ID_DOCUMENT: documentTitle };
    await this.page.getByRole('button', { name: names[method] }).click();
    await this.at({ ...titles, OLD_CERTIFICATE: oldTitle }[method]);
  }

  /** Selects an identity method and answers its challenge. */
  async prove(method: Method): Promise<void> {
    await this.chooseMethod(method);
    const { identity } = this.words;
    if (method === 'PHONE_CODE') return this.enterCode(await this.readPhoneCode());
    if (method === 'ONE_WON') return this.enterCode(await this.stack.sandbox.depositCode(this.person));
    if (method === 'ID_DOCUMENT') return this.answerByDocument();
    // Customers select all files of the folder, in any order.
    const folder = await oldCertificateFiles(this.person, 'NPKI');
    const stray = { name: 'CaPubs', mimeType: 'application/octet-stream', buffer: Buffer.from('stray') };
    await this.chooseOldFiles([...folder.toReversed(), stray]);
    return this.press(identity.sign);
  }

  async answerByDocument(): Promise<void> {
    await this.takePhoto();
    await this.fillDocument();
    await this.press(this.words.identity.confirm);
  }

  async takePhoto(): Promise<void> {
    const { bytes, contentType } = await takePhoto();
    await this.upload([{ name: 'photo.jpg', mimeType: contentType, buffer: bytes }]);
  }

  async chooseOldFiles(files: readonly UploadedFile[]): Promise<void> {
    await this.upload(files);
    await this.fill(this.words.identity.oldPassword, this.person.certificatePassword);
  }

  async upload(files: readonly UploadedFile[]): Promise<void> {
    await this.page.locator('input[type=file]').setInputFiles([...files]);
  }

  async fillRrn(rrn: string): Promise<void> {
    const { applicant } = this.words;
    await this.fill(applicant.rrnFront, rrn.slice(0, 6));
    await this.fill(applicant.rrnBack, rrn.slice(6));
  }

  private async fillDocument(): Promise<void> {
    const { applicant } = this.words;
    const { document, rrn } = this.person;
    await this.choose(applicant.documents[document.type]);
    await this.fillRrn(rrn);
    await this.fill(applicant.issuedOn, document.issuedOn.replaceAll('-', ''));
    if (document.type === 'DRIVING_LICENCE') await this.fill(applicant.licence, document.number);
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
    this.password = newPassword;
    await this.press(password.set);
  }

  async agreeToTerms(): Promise<void> {
    await this.at(this.words.terms.title);
    await this.agreeToAll();
    await this.at(this.words.save.title);
  }

  /** Presses a button that downloads a file. @returns the file */
  async download(name: string): Promise<Buffer> {
    await this.reveal(name);
    const button = this.page.getByRole('button', { name, exact: true, disabled: false }).first();
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    const buffer = await readFile(await download.path());
    this.saved = { name: download.suggestedFilename(), mimeType: 'application/octet-stream', buffer };
    return buffer;
  }

  /** Chooses the file that was saved last, on the screen that asks for it. */
  async chooseSaved(title = this.words.check.title): Promise<void> {
    await this.at(title);
    await this.upload([this.saved!]);
  }

  async save(): Promise<SavedFiles> {
    const { save } = this.words;
    await this.at(save.title);
    const zip = await this.download(save.zip);
    const p12 = await this.download(save.p12);
    await this.press(save.next);
    return { zip, p12, password: this.password };
  }

  async check(): Promise<void> {
    await this.chooseSaved();
    await this.press(this.words.check.go);
    await this.at(this.words.done.title);
  }

  /** Reloads the page, and waits for the screen with this heading. */
  async reload(title: string): Promise<void> {
    await this.page.reload();
    await this.at(title);
  }

  /** Acts offline: the page states it, and continues by itself once it is online. */
  async withoutReception(act: () => Promise<unknown>): Promise<void> {
    await this.context.setOffline(true);
    await act();
    await this.sees(this.words.offline);
    await this.context.setOffline(false);
    await this.page.getByText(this.words.offline).waitFor({ state: 'detached' });
  }

  /** Acts in both languages, by the page's switch. */
  async inBothLanguages(act: () => Promise<unknown>): Promise<void> {
    for (let time = 0; time < 2; time += 1) {
      await act();
      await this.press(this.words.otherLanguage);
      this.language = this.language === 'ko' ? 'en' : 'ko';
      this.words = this.language === 'ko' ? pageKorean : pageEnglish;
      await this.page.locator(`html[lang=${this.language}]`).waitFor({ state: 'attached' });
    }
  }

  /** Inspects a screen in both languages. */
  async look(name: string): Promise<void> {
    await this.inBothLanguages(() => this.lookOnce(name));
  }

  /** Saves pictures if they are wanted, and collects findings of axe-core, the narrow layout and stored data. */
  async lookOnce(name: string): Promise<void> {
    const { page } = this;
    const findings: string[] = [];
    // Colours are the same in each language.
    if (this.language === 'ko') {
      findings.push(...(await axeFindings(page, 'dark')));
      await this.picture(`${name}-dark`);
    }
    findings.push(...(await axeFindings(page, 'light')));
    await this.picture(name);
    await page.setViewportSize(narrow);
    findings.push(...(await layoutFindings(page)), ...(await keptFindings(page)));
    await this.picture(`${name}-narrow`);
    await page.setViewportSize(screens[this.device]);
    await page.emulateMedia({ colorScheme: this.scheme });
    this.complaints.push(...findings.map((finding) => `${name} (${this.language}): ${finding}`));
  }

  private picture(name: string): Promise<void> {
    return savePicture(this.page, `customer-${name}-${this.language}`);
  }

  /** @throws Error with all that was collected */
  async close(): Promise<void> {
    this.complaints.push(...(await keptFindings(this.page)));
    await this.context.close();
    if (this.complaints.length > 0) throw new Error(this.complaints.join('\n'));
  }
}
