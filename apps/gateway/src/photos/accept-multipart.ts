import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { TypeIs } from 'type-is';
import { problem } from '../problems.js';
import { maxFileBytes } from './photo.js';

/** The only route that accepts a form. It accepts nothing else; all other routes accept JSON. */
const photoRoute = '/v1/reissues/:id/identity/photos';

const forms = new TypeIs(['multipart/form-data']);
const isForm = ({ headers }: FastifyRequest) => forms.is(headers['content-type'] ?? '') !== undefined;

/** Accepts forms on the route of photos only. Must be called before the application listens. */
export async function acceptPhotos(app: NestFastifyApplication): Promise<void> {
  await app.register(multipart, {
    limits: {
      parts: 4,
      files: 2,
      fields: 2,
      fieldNameSize: 100,
      fieldSize: 100,
      fileSize: maxFileBytes,
      headerPairs: 20,
    },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', (request, _reply, _payload, done) => {
      const takesForm = request.method === 'POST' && request.routeOptions.url === photoRoute;
      const refused = takesForm !== isForm(request) && (takesForm || isForm(request));
      done(refused ? problem('unsupported-media-type', takesForm ? { detail: formWanted } : {}) : null);
    });
}

const formWanted = {
  ko: 'multipart/form-data로 photo 파일 하나를 보내 주세요.',
  en: 'Send multipart/form-data with one file named photo.',
};
