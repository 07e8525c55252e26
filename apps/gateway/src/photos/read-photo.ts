import type { FastifyRequest } from 'fastify';
import { edgeProblem, ProblemError } from '#libs/http';
import { problem } from '../problems.js';

const tooLarge = 'FST_REQ_FILE_TOO_LARGE';
const tooMany = ['FST_FILES_LIMIT', 'FST_PARTS_LIMIT', 'FST_FIELDS_LIMIT'];

/**
 * Reads the one file of a form: a part named `photo` and nothing else. Its name and the type it claims are not looked at.
 *
 * @throws ProblemError 400 `malformed-request`, 413 `photo-too-large`, 422 `invalid-request`
 */
export async function readPhoto(request: FastifyRequest): Promise<Buffer> {
  let photo: Buffer | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file' || part.fieldname !== 'photo' || photo) {
        if (part.type === 'file') part.file.resume();
        throw onePhotoWanted();
      }
      photo = await part.toBuffer();
    }
  } catch (error) {
    throw toProblem(error);
  }
  if (!photo) throw onePhotoWanted();
  return photo;
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
