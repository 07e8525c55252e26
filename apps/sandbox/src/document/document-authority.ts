import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SandboxClock } from '../clock.js';
import { SandboxDatabase } from '../database.js';
import type { SampleDocument } from '../database.js';
import { People } from '../people/people.js';
import type { Person } from '../people/person.js';
import { idReused, notFound } from '../problems.js';

/** The data of a document as the customer gave it, with its photo. */
interface DocumentCheck {
  transactionId: string;
  attemptId: string;
  name: string;
  type: SampleDocument['type'];
  /** 13 digits. */
  rrn: string;
  /** YYYY-MM-DD */
  issuedOn: string;
  licenceNumber?: string | undefined;
  /** JPEG in base64. */
  photo: string;
}

type DocumentFinding =
  | 'NO_SUCH_PERSON'
  | 'NAME_DIFFERS'
  | 'NO_SUCH_DOCUMENT'
  | 'ISSUE_DATE_DIFFERS'
  | 'LICENCE_NUMBER_DIFFERS'
  | 'PHOTO_UNREADABLE';

type DocumentAnswer = { status: 'MATCHED'; ci: string } | { status: 'MISMATCHED'; finding: DocumentFinding };

/** The authority that checks documents. Each attempt is checked once; a repetition gets the recorded answer. */
@Injectable()
export class DocumentAuthority {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly people: People,
    private readonly clock: SandboxClock,
  ) {}

  /** @throws ProblemError 409 if the attempt was made with another document */
  async check(check: DocumentCheck): Promise<DocumentAnswer> {
    const digest = createHash('sha256').update(JSON.stringify(check)).digest('hex');
    const person = await this.people.findByRrn(check.rrn);
    const finding = judgeDocument(check, person);
    await this.database
      .insertInto('document_check')
      .values({
        attempt_id: check.attemptId,
        request_digest: digest,
        person_id: person?.personId ?? null,
        finding: finding ?? null,
        answered_at: this.clock.now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const recorded = await this.find(check.attemptId);
    if (!recorded || recorded.request_digest !== digest) throw idReused('attemptId');
    return toAnswer(recorded);
  }

  /** @throws ProblemError 404 if the attempt never arrived */
  async answer(attemptId: string): Promise<DocumentAnswer> {
    const recorded = await this.find(attemptId);
    if (!recorded) throw notFound('No such attempt.', '없는 시도입니다.');
    return toAnswer(recorded);
  }

  private find(attemptId: string) {
    return this.database
      .selectFrom('document_check')
      .leftJoin('person', 'person.person_id', 'document_check.person_id')
      .select(['request_digest', 'finding', 'person.ci'])
      .where('attempt_id', '=', attemptId)
      .executeTakeFirst();
  }
}

/** The fault of a document; undefined if it is genuine. */
export function judgeDocument(
  check: Omit<DocumentCheck, 'transactionId' | 'attemptId'>,
  person: Person | undefined,
): DocumentFinding | undefined {
  if (!isJpeg(Buffer.from(check.photo, 'base64'))) return 'PHOTO_UNREADABLE';
  if (!person) return 'NO_SUCH_PERSON';
  if (person.name !== check.name) return 'NAME_DIFFERS';
  if (person.document.type !== check.type) return 'NO_SUCH_DOCUMENT';
  if (person.document.issuedOn !== check.issuedOn) return 'ISSUE_DATE_DIFFERS';
  if (person.document.type === 'DRIVING_LICENCE' && person.document.number !== check.licenceNumber)
    return 'LICENCE_NUMBER_DIFFERS';
  return undefined;
}

/** Whether the bytes begin and end as a JPEG does (SOI, EOI). */
function isJpeg(bytes: Buffer): boolean {
  return (
    bytes.length > 4 && bytes.readUInt16BE(0) === 0xffd8 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9
  );
}

function toAnswer({ finding, ci }: { finding: string | null; ci: string | null }): DocumentAnswer {
  if (finding !== null) return { status: 'MISMATCHED', finding: finding as DocumentFinding };
  if (ci === null) throw new Error('a document matched no CI');
  return { status: 'MATCHED', ci };
}
