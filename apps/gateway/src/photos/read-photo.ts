import { addAbortSignal, type Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { edgeProblem, ProblemError } from '#libs/http';
import { problem } from '../problems.js';
import type { Upload } from './uploads.js';

const tooLarge = 'FST_REQ_FILE_TOO_LARGE';
const tooMany = ['FST_FILES_LIMIT', 'FST_PARTS_LIMIT', 'FST_FIELDS_LIMIT'];

/**
 * Reads the only part of a form, the file `photo`. The file's name and its claimed media type are ignored.
 *
 * @throws ProblemError 400 `malformed-request`, 413 `photo-too-large`, 422 `invalid-request`, 503 if the upload is evicted
 */
export async function readPhoto(request: FastifyRequest, upload: Upload): Promise<Buffer> {
  let photo: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file' || part.fieldname !== 'photo' || photo) {
        if (part.type === 'file') part.file.resume();
        throw exactlyOnePhoto();
      }
      photo = await readFile(part.file, upload);
    }
  } catch (error) {
    throw upload.signal.aborted ? upload.signal.reason : toProblem(error);
  }
  if (!photo) throw exactlyOnePhoto();
  return photo;
}

/** Reads the whole file. A file that is too large makes the form parser throw. */
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
  if (tooMany.includes(code)) return exactlyOnePhoto();
  // The form is incomplete or malformed.
  return edgeProblem('malformed-request', {
    detail: {
      ko: '본문이 올바른 multipart/form-data가 아닙니다.',
      en: 'The body is not well-formed multipart/form-data.',
    },
  });
}

const exactlyOnePhoto = () =>
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
