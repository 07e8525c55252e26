import { z } from 'zod';

/** A short text in both languages. */
const bilingualText = z.strictObject({ ko: z.string().min(1).max(60), en: z.string().min(1).max(60) });

/** The bank as customers know it: on the page and in messages. */
export const bankShape = {
  name: bilingualText,
  callCentre: z.strictObject({
    phone: z.string().regex(/^\+?\d[\d-]{2,18}\d$/, 'must be a telephone number'),
    hours: bilingualText,
  }),
};

/** The part of the page's brand that messages use. Other members are not read. */
export const bankSchema = z.object(bankShape);
export type Bank = z.output<typeof bankSchema>;

/** A fictional bank: that of an installation that has not set its own. */
export const sampleBank: Bank = {
  name: { ko: '한별은행', en: 'Hanbyeol Bank' },
  callCentre: {
    phone: '1500-0000',
    hours: { ko: '평일 09:00~18:00', en: 'weekdays 9:00 to 18:00' },
  },
};
