import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { pageEnglish } from '../../apps/web/reissue/words/en.js';
import { pageKorean } from '../../apps/web/reissue/words/ko.js';
import { InMemoryGateway } from '../../apps/gateway/src/testing/in-memory-gateway.js';
import { brandSchema, type Brand } from '../../apps/gateway/src/page/brand.js';
import { startChromium } from './support/chromium.js';
import { axeFindings, layoutFindings } from './support/page-findings.js';

jest.setTimeout(180_000);

const square =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z" fill="#7a1fa2"/></svg>';
const otherBank: Brand = brandSchema.parse({
  name: { ko: '견본은행 </script>', en: 'Specimen Bank & Sons' },
  logo: `data:image/svg+xml;base64,${Buffer.from(square).toString('base64')}`,
  colours: { light: '#7a1fa2', dark: '#e3a6ff' },
  callCentre: {
    phone: '1600-0000',
    hours: { ko: '24시간 연중무휴', en: 'every day, day and night' },
  },
  privacyPolicy: 'https://specimen.example/privacy',
});

const phone = { width: 390, height: 844 };
const desktop = { width: 1440, height: 900 };

/** The page of a gateway that has only its configuration: no reissue can be started here. */
describe('a bank’s brand by configuration', () => {
  let browser: Browser;
  let gateway: InMemoryGateway;
  let address: string;
  let page: Page;

  beforeAll(async () => {
    gateway = new InMemoryGateway();
    gateway.pageBrand = otherBank;
    [browser, address] = await Promise.all([startChromium(), gateway.listen()]);
    page = await browser.newPage({ locale: 'ko-KR', viewport: phone });
    await page.goto(address);
    await page.getByRole('heading', { level: 1, name: pageKorean.prepare.title }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.app.close();
  });

  it('The page has the bank’s name, logo, call centre and privacy policy in both languages', async () => {
    const { phone: number, hours } = otherBank.callCentre;
    for (const [words, language, other] of [
      [pageKorean, 'ko', pageKorean.otherLanguage],
      [pageEnglish, 'en', pageEnglish.otherLanguage],
    ] as const) {
      const banner = page.getByRole('banner');
      await banner.getByText(otherBank.name[language], { exact: true }).waitFor();
      const help = page.getByRole('complementary', { name: words.help.title });
      await help.getByText(hours[language]).waitFor();
      await help.getByText(words.help.never).waitFor();
      await help.getByText(new URL(address).host).waitFor();
      expect(await help.getByRole('link', { name: number }).getAttribute('href')).toBe(`tel:${number}`);
      const policy = page.getByRole('contentinfo').getByRole('link', { name: words.help.privacy });
      expect(await policy.getAttribute('href')).toBe(otherBank.privacyPolicy);
      expect(await page.title()).toBe(`${words.prepare.title} – ${otherBank.name[language]}`);
      await page.getByRole('button', { name: other }).click();
    }
    const logo = await page.evaluate<number>(`document.querySelector('header img').naturalWidth`);
    expect(logo).toBeGreaterThan(0);
  });

  it('The main button has the bank’s colour in the light and the dark scheme', async () => {
    const colours = async (scheme: 'light' | 'dark') => {
      await page.emulateMedia({ colorScheme: scheme });
      return page.evaluate<string[]>(`(() => {
        const { backgroundColor, color } = getComputedStyle(document.querySelector('main button.main'));
        return [backgroundColor, color];
      })()`);
    };
    expect(await colours('light')).toEqual(['rgb(122, 31, 162)', 'rgb(255, 255, 255)']);
    expect(await colours('dark')).toEqual(['rgb(227, 166, 255)', 'rgb(0, 0, 0)']);
  });

  it.each([phone, desktop])('The brand is accessible on a screen of $width pixels', async (size) => {
    await page.setViewportSize(size);
    const findings = [
      ...(await axeFindings(page, 'light')),
      ...(await axeFindings(page, 'dark')),
      ...(await layoutFindings(page)),
    ];
    expect(findings).toEqual([]);
  });

  it('Steps and help stand beside the screen on a desktop, and in one column on a phone', async () => {
    await page.getByRole('button', { name: pageKorean.prepare.start }).click();
    await page.getByRole('heading', { level: 1, name: pageKorean.reason.title }).waitFor();
    const placeOf = async (role: 'navigation' | 'main' | 'complementary') =>
      (await page.getByRole(role).boundingBox())!;
    const places = async () => ({
      steps: await placeOf('navigation'),
      screen: await placeOf('main'),
      help: await placeOf('complementary'),
    });
    await page.setViewportSize(desktop);
    const wide = await places();
    expect(wide.steps.x + wide.steps.width).toBeLessThan(wide.screen.x);
    expect(wide.help.x).toBe(wide.steps.x);
    expect(wide.help.y).toBeLessThan(desktop.height / 2);
    await page.setViewportSize(phone);
    const small = await places();
    expect(small.steps.y + small.steps.height).toBeLessThanOrEqual(small.screen.y);
    expect(small.help.y).toBeGreaterThanOrEqual(small.screen.y + small.screen.height);
  });
});
