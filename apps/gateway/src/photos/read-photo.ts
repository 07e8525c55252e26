import { addAbortSignal, type Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { edgeProblem, ProblemError } from '#libs/http';
import { problem } from '../problems.js';
import type { Upload } from './uploads.js';

const tooLarge = 'FST_REQ_FILE_TOO_LARGE';
const tooMany = ['FST_FILES_LIMIT', 'FST_PARTS_LIMIT', 'FST_FIELDS_LIMIT'];

/**
 * Reads the one file of a form: a part named `photo` and nothing else. Its name and the type it claims are not looked at.
 *
 * @throws ProblemError 400 `malformed-request`, 413 `photo-too-large`, 422 `invalid-request`, 503 when it gives way
 */
export async function readPhoto(request: FastifyRequest, upload: Upload): Promise<Buffer> {
  let photo: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file' || part.fieldname !== 'photo' || photo) {
        if (part.type === 'file') part.file.resume();
        throw onePhotoWanted();
      }
      photo = await readFile(part.file, upload);
    }
  } catch (error) {
    throw upload.signal.aborted ? upload.signal.reason : toProblem(error);
  }
  if (!photo) throw onePhotoWanted();
  return photo;
}

/** A file that is too large ends in an error of the form's own. */
async function readFile(file: Readable, upload: Upload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(upload.signal, file) as AsyncIterable<Buffer>) {
    upload.take(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const { code = '' } = error as { code?: string };
  if (code === tooLarge) return problem('photo-too-large');
  if (tooMany.includes(code)) return onePhotoWanted();
  // A form that breaks off, or that is none: whoever sent it can tell.
  return edgeProblem('malformed-request', {
    detail: {
      ko: '본문이 올바른 multipart/form-data가 아닙니다.',
      en: 'The body is no well-formed multipart/form-data.',
    },
  });
}

const onePhotoWanted = () =>
  problem('invalid-request', {
    errors: [
      {
        pointer: '#/photo',
        message: {
          ko: 'photo라는 이름의 파일 하나만 보내야 합니다',
          en: 'must be one file named photo, and nothing else',
        },
      },
    ],
  });
