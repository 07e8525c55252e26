import { loadavg } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../browser/support/chromium.js';
import { CustomerPage } from '../browser/support/customer-page.js';
import { connectToStack, type RunningStack } from '../support/running-stack.js';
import { medianOf } from './measure.js';
import { commonOptions, parseOptions } from './options.js';
import { setting } from './setting.js';

const usage = `npm run bench -- page [options]

The customers' page in Chromium, with the viewport of a phone and an empty cache. Measures the size, the paint times, the
reaction to a press, and a whole reissue by a user without thinking time. Measures on this machine, and as on a slow phone
(a quarter of the processor speed, 1.6 Mbit/s, 150 ms latency). On a whole stack.

  --loads N      loads of the first screen, on each device (default 9)
  --walks N      whole reissues (default 5)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

/** Measurements of the browser since the page was opened. Times in milliseconds. */
interface PageMetrics {
  readonly firstPaint: number;
  readonly firstContent: number;
  readonly largestContent: number;
  /** Cumulative layout shift (CLS). */
  readonly shift: number;
  /** Time from a press to the next frame, of the slowest press. Chromium reports multiples of 8 ms, from 16 ms. */
  readonly slowestPress: number;
  readonly presses: number;
  readonly bytes: number;
  readonly files: number;
}

const observerScript = `
  window.benchSeen = { largestContent: 0, shift: 0, presses: {} };
  const watch = (type, note, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  watch('largest-contentful-paint', ({ startTime }) => (benchSeen.largestContent = startTime));
  watch('layout-shift', ({ value, hadRecentInput }) => (benchSeen.shift += hadRecentInput ? 0 : value));
  watch('event', ({ interactionId, duration }) => {
    if (interactionId) benchSeen.presses[interactionId] = Math.max(duration, benchSeen.presses[interactionId] ?? 0);
  }, { durationThreshold: 16 });
`;

const metricsScript = `(() => {
  const paints = Object.fromEntries(performance.getEntriesByType('paint').map((one) => [one.name, one.startTime]));
  const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter(({ name }) => !name.includes('/v1/') && !name.includes('/page/'));
  const presses = Object.values(benchSeen.presses);
  return {
    firstPaint: paints['first-paint'], firstContent: paints['first-contentful-paint'],
    largestContent: benchSeen.largestContent, shift: benchSeen.shift,
    slowestPress: Math.max(0, ...presses), presses: presses.length,
    bytes: loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0), files: loaded.length,
  };
})()`;

/** `npm run bench -- page` */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      loads: { type: 'string', default: '9' },
      walks: { type: 'string', default: '5' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const before = setting();
  const stack = connectToStack();
  const browser = await startChromium();
  try {
    const here = await load(browser, stack, Number(values.loads), watch);
    const phone = await load(browser, stack, Number(values.loads), asOnPhone);
    const walks = await repeat(Number(values.walks), () => walk(browser, stack));
    const after = loadavg()[0]!;
    const chromium = browser.version();
    console.log(`${before.cpu}, ${before.cores} cores; Chromium ${chromium}; stack and browser on it`);
    console.log(`load ${before.load.toFixed(1)} before, ${after.toFixed(1)} after; medians\n`);
    console.log(table(here, phone, walks));
    if (values.json) {
      const figures = { here, phone, walks };
      console.log(JSON.stringify({ setting: { ...before, loadAfter: after, chromium }, ...figures }));
    }
  } finally {
    await browser.close();
    await stack.close();
  }
}

const watch = (page: Page) => page.addInitScript(observerScript);

async function asOnPhone(page: Page): Promise<void> {
  await watch(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const bytesPerSecond = 1_600_000 / 8;
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

/** Loads the first screen, each time in a new browser context. */
async function load(
  browser: Browser,
  stack: RunningStack,
  count: number,
  prepare: (page: Page) => Promise<unknown>,
): Promise<PageMetrics[]> {
  const person = await stack.sandbox.makePerson('VALID');
  return repeat(count, async () => {
    const customer = await CustomerPage.open(browser, stack, { person, before: prepare });
    const { page, words } = customer;
    await page.waitForFunction('benchSeen.largestContent > 0');
    await customer.press(words.prepare.start);
    await customer.at(words.reason.title);
    const seen = await page.evaluate<PageMetrics>(metricsScript);
    await customer.close();
    return seen;
  });
}

interface ReissueMetrics extends PageMetrics {
  /** Milliseconds from the first screen until the certificate can be saved, and until the reissue is registered. */
  readonly issued: number;
  readonly done: number;
}

async function walk(browser: Browser, stack: RunningStack): Promise<ReissueMetrics> {
  const person = await stack.sandbox.makePerson('VALID');
  const customer = await CustomerPage.open(browser, stack, { person, before: watch });
  const { words, page } = customer;
  const since = performance.now();
  await customer.start('EXPIRED');
  await customer.enterPhoneCode();
  await customer.prove('ONE_WON');
  await customer.enterPassword();
  await customer.agreeToTerms();
  const issued = performance.now() - since;
  await customer.download(words.save.zip);
  await customer.press(words.save.next);
  await customer.check();
  const done = performance.now() - since;
  const seen = await page.evaluate<PageMetrics>(metricsScript);
  await customer.close();
  return { ...seen, issued, done };
}

async function repeat<Result>(count: number, act: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  while (results.length < count) results.push(await act());
  return results;
}

function table(
  here: readonly PageMetrics[],
  phone: readonly PageMetrics[],
  walks: readonly ReissueMetrics[],
): string {
  const of = <One>(all: readonly One[], value: (one: One) => number, digits = 0) =>
    medianOf(all.map(value)).toFixed(digits);
  const both = (value: (one: PageMetrics) => number) =>
    `${of(here, value)} ms, on a phone ${of(phone, value)} ms`;
  const slowest = Math.max(...walks.map(({ slowestPress }) => slowestPress));
  return [
    `size              ${of(here, ({ bytes }) => bytes / 1000, 1)} kB in ${here[0]!.files} files, compressed`,
    `first paint       ${both(({ firstPaint }) => firstPaint)}`,
    `first content     ${both(({ firstContent }) => firstContent)}`,
    `largest content   ${both(({ largestContent }) => largestContent)}`,
    `reaction          ${both(({ slowestPress }) => slowestPress)} on the first screen; slowest in a reissue ${slowest} ms`,
    `layout shift      ${of(walks, ({ shift }) => shift, 3)} in a reissue (CLS)`,
    `issued after      ${of(walks, ({ issued }) => issued / 1000, 1)} s, done after ${of(walks, ({ done }) => done / 1000, 1)} s, from the first screen, by a user without thinking time`,
  ].join('\n');
}
