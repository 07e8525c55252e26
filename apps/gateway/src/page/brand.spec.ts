import { describe, expect, it } from '@jest/globals';
import { brandSchema, brandStyle, logoOf, sampleBrand, shownBrand, type Brand } from './brand.js';
import { contrastOf, textColourOn } from './contrast.js';

const refusals = (change: Partial<Record<keyof Brand, unknown>>) =>
  brandSchema
    .safeParse({ ...sampleBrand, ...change })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the brand of the customers’ page', () => {
  it('The fictional bank is a brand like any other', () => {
    expect(brandSchema.parse(sampleBrand)).toEqual(sampleBrand);
  });

  it('A colour that is hard to read on the page is refused, with the backgrounds', () => {
    expect(refusals({ colours: { light: '#ffd84d', dark: '#9dbcff' } })).toEqual([
      'colours.light: must have a contrast of at least 4.5:1 with #ffffff and #f1f4f9',
    ]);
    expect(refusals({ colours: { light: '#2456c7', dark: '#2456c7' } })).toEqual([
      'colours.dark: must have a contrast of at least 4.5:1 with #14161a and #20242b',
    ]);
    expect(refusals({ colours: { light: 'blue', dark: '#9dbcff' } })).toEqual([
      'colours.light: must be a colour such as #1f4fbf',
    ]);
  });

  it('An image from another server, a plain address and a misspelt member are refused', () => {
    expect(refusals({ logo: 'https://bank.example/logo.svg' })?.[0]).toMatch(/^logo: must be a data: URL/);
    expect(refusals({ privacyPolicy: 'http://bank.example' })).toEqual([
      'privacyPolicy: must be an https:// address',
    ]);
    expect(brandSchema.safeParse({ ...sampleBrand, color: '#000000' }).error?.message).toContain('color');
  });

  it('The style sheet has the brand’s colours, and text on them in white or black', () => {
    const style = brandStyle({ ...sampleBrand, colours: { light: '#00563f', dark: '#ffd84d' } });
    expect(style).toContain('--accent: light-dark(#00563f, #ffd84d);');
    expect(style).toContain('--on-accent: light-dark(#ffffff, #000000);');
  });

  it('The logo is a file of its type', () => {
    const { type, content } = logoOf(sampleBrand);
    expect([type, Buffer.from(content).toString().slice(0, 4)]).toEqual(['image/svg+xml', '<svg']);
  });

  it('The script of the page reads no logo and no colours', () => {
    expect(Object.keys(shownBrand(sampleBrand))).toEqual(['name', 'callCentre', 'privacyPolicy']);
  });
});

describe('contrast', () => {
  it.each([
    ['#ffffff', '#000000', 21],
    ['#777777', '#ffffff', 4.48],
    ['#2456c7', '#2456c7', 1],
  ])('The contrast of %s and %s is %d', (one, other, ratio) => {
    expect(contrastOf(one, other)).toBeCloseTo(ratio, 2);
    expect(contrastOf(other, one)).toBe(contrastOf(one, other));
  });

  it('Text on any colour is legible', () => {
    for (let grey = 0; grey < 256; grey += 1) {
      const colour = `#${grey.toString(16).padStart(2, '0').repeat(3)}`;
      expect(contrastOf(textColourOn(colour), colour)).toBeGreaterThan(4.5);
    }
  });
});
