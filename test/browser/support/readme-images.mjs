// Writes the README's two pictures to docs/images, from those that the browser tests took:
//
//     RESEAL_SCREENSHOTS=1 npm test -- --only browser -- customer-accessibility operators
//     npm run docs:images
import { mkdirSync } from 'node:fs';
import sharp from 'sharp';

const screenshots = `${process.env.RESEAL_TEST_STATE ?? '.reseal-test'}/screenshots`;
const images = { page: ['customer-identity-en', 480], console: ['reissues-chosen', 1120] };

mkdirSync('docs/images', { recursive: true });
for (const [name, [screenshot, width]] of Object.entries(images))
  await sharp(`${screenshots}/${screenshot}.png`)
    .resize({ width, withoutEnlargement: true })
    .png({ palette: true, compressionLevel: 9 })
    .toFile(`docs/images/${name}.png`);
