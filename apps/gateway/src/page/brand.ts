import type { PageBrand } from '#libs/contracts';
import { bankShape, sampleBank } from '#libs/config';
import { z } from 'zod';
import { contrastOf, textColourOn } from './contrast.js';

/** Colours of the page on which the brand's colour must be legible: the page itself, and boxes on it. */
const backgrounds = {
  light: { paper: '#ffffff', box: '#f1f4f9' },
  dark: { paper: '#14161a', box: '#20242b' },
} as const;
type Scheme = keyof typeof backgrounds;

/** The least contrast of text that WCAG 2.2 requires (1.4.3, level AA). */
const leastContrast = 4.5;

const colour = (scheme: Scheme) =>
  z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, { abort: true, error: 'must be a colour such as #1f4fbf' })
    .refine(
      (value) =>
        Object.values(backgrounds[scheme]).every((behind) => contrastOf(value, behind) >= leastContrast),
      {
        message: `must have a contrast of at least ${leastContrast}:1 with ${Object.values(backgrounds[scheme]).join(' and ')}`,
      },
    );

/** The bank on the customers' page. The logo is in it, so that the brand is one JSON document. */
export const brandSchema = z.strictObject({
  ...bankShape,
  logo: z
    .string()
    .max(200_000, 'must be at most 200,000 characters')
    .regex(
      /^data:image\/(?:svg\+xml|png|webp);base64,[A-Za-z0-9+/]+=*$/,
      'must be a data: URL of an SVG, PNG or WebP image in base64',
    ),
  colours: z.strictObject({ light: colour('light'), dark: colour('dark') }),
  privacyPolicy: z.url({ protocol: /^https$/, error: 'must be an https:// address' }),
});
export type Brand = z.output<typeof brandSchema>;

const star = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2456c7"/><path d="M16 5l2.9 8.1L27 16l-8.1 2.9L16 27l-2.900-8.1L5 16l8.100-2.9z" fill="#fff"/></svg>`;

/** A fictional bank: the page of an installation that has not set its own brand. */
export const sampleBrand: Brand = {
  ...sampleBank,
  logo: `data:image/svg+xml;base64,${Buffer.from(star).toString('base64')}`,
  colours: { light: '#2456c7', dark: '#9dbcff' },
  privacyPolicy: 'https://bank.example/privacy',
};

/** The part of a brand that the script of the page reads. */
export const shownBrand = ({ name, callCentre, privacyPolicy }: Brand): PageBrand => ({
  name,
  callCentre,
  privacyPolicy,
});

/** The style sheet with the colours of the page. Text on the brand's colour is white or black, whichever is clearer. */
export function brandStyle({ colours: { light, dark } }: Brand): string {
  const colours = {
    paper: [backgrounds.light.paper, backgrounds.dark.paper],
    box: [backgrounds.light.box, backgrounds.dark.box],
    accent: [light, dark],
    'on-accent': [textColourOn(light), textColourOn(dark)],
  };
  const lines = Object.entries(colours).map(
    ([name, [onLight, onDark]]) => `  --${name}: light-dark(${onLight}, ${onDark});`,
  );
  return `:root {\n${lines.join('\n')}\n}\n`;
}

/** The logo as a file. */
export function logoOf({ logo }: Brand): {
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
} {
  const [head = '', content = ''] = logo.slice('data:'.length).split(';base64,');
  return { type: head, content: new Uint8Array(Buffer.from(content, 'base64')) };
}
