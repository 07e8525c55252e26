import { problemCatalogue } from '#libs/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayClient, slugOf } from '../testing/gateway-client.js';

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('reference data', () => {
  it('Reference data is available with an API key', async () => {
    const keys = (await (await client.call('GET', '/v1/keys')).json()) as { keys: object[] };
    expect(keys.keys[0]).toMatchObject({ kid: 'v1', use: 'enc' });
    expect(keys.keys[0]).not.toHaveProperty('d');
    const terms = (await (await client.call('GET', '/v1/terms?stage=issuance&locale=en')).json()) as {
      title: string;
    }[];
    expect(terms[0]?.title).toMatch(/[A-Za-z]/);
    expect(await (await client.call('GET', '/v1/password-rules')).json()).toMatchObject({
      minimumLength: 10,
    });
    expect(await (await client.call('GET', '/v1/certificate-profile')).json()).toEqual({
      keyTypes: ['RSA-2048'],
    });
    expect(await slugOf(await client.call('GET', '/v1/keys', { headers: { 'x-api-key': 'guess' } }))).toBe(
      'unknown-api-key',
    );
    expect(await slugOf(await client.call('GET', '/v1/terms?stage=other'))).toBe('invalid-request');
  });

  it('The keys of consent receipts are public', async () => {
    const answer = await fetch(`${client.url}/v1/receipt-keys`);
    const { keys } = (await answer.json()) as { keys: object[] };
    expect(keys[0]).toMatchObject({ kty: 'OKP', use: 'sig' });
    expect(keys[0]).not.toHaveProperty('d');
    expect(answer.headers.get('cache-control')).toContain('public');
  });

  it('The page of the API document loads nothing from other hosts', async () => {
    const page = await fetch(`${client.url}/docs`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/https?:/);
    for (const file of [
      ...['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js', 'problems', 'asyncapi.yaml'],
      'reissue-event-data.v1.json',
    ])
      expect((await fetch(`${client.url}/docs/${file}`)).status).toBe(200);
    for (const file of ['package.json', '..%2Fpackage.json', '__proto__'])
      expect((await fetch(`${client.url}/docs/${file}`)).status).toBe(404);
    expect(await (await fetch(`${client.url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.1' });
  });

  it('Each problem leads to its description in both languages, with the calls that it answers', async () => {
    const page = await (await fetch(`${client.url}/docs/problems`)).text();
    for (const [slug, { status, title, detail }] of Object.entries(problemCatalogue)) {
      const [, article = ''] = page.split(`<article id="${slug}">`);
      const [own = ''] = article.split('</article>');
      expect(own).toContain(`<code>urn:reseal:problem:${slug}</code></a> · ${status}`);
      for (const text of [title.en, title.ko, detail.en, detail.ko])
        expect(own).toContain(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
    }
    const [, wrong = ''] = page.split('<article id="password-wrong">');
    expect(wrong.split('</article>')[0]).toContain('<code>POST /v1/reissues/{id}/password</code>');

    const answer = await client.call('GET', '/v1/terms?stage=other');
    expect(answer.headers.get('link')).toBe('</docs/problems#invalid-request>; rel="help"');
    expect((await client.call('GET', '/v1/terms?stage=identity')).headers.get('link')).toBeNull();
  });
});
