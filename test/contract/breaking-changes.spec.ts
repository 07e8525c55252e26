import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

interface Finding {
  readonly id: string;
  readonly text: string;
  readonly operation: string;
  readonly path: string;
}
interface Schema {
  required: string[];
  properties: Record<string, { enum?: string[]; type?: string; pattern?: string }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}
interface Operation {
  operationId: string;
  parameters: object[];
  responses: Record<string, Answer>;
}
interface Answer {
  headers?: Record<string, object>;
  content: Record<string, { schema: Schema }>;
}

const released = 'libs/contracts/released/openapi.json';
/** Severities of changes that oasdiff ignores by default, although a client may depend on what they change. */
const severityLevels = 'libs/contracts/released/severity-levels.txt';
/** Values of answers that the changelog announces to the authors of clients, and that come with the next release; one a line. */
const announced = readFileSync('libs/contracts/released/announced-values.txt', 'utf8')
  .split('\n')
  .filter(Boolean);
const work = mkdtempSync(join(tmpdir(), 'reseal-breaking-'));
afterAll(() => rmSync(work, { recursive: true }));

/**
 * Writes a copy of a document without its descriptions: oasdiff identifies the alternatives of an `anyOf` by their whole
 * content, so that another wording would count as another alternative.
 */
function withoutWords(document: string, name: string): string {
  const file = join(work, `${name}-without-words.json`);
  const text = readFileSync(document, 'utf8');
  const withoutDescription = (key: string, value: unknown) =>
    key === 'description' && typeof value === 'string' ? '' : value;
  writeFileSync(file, JSON.stringify(JSON.parse(text, withoutDescription)));
  return file;
}

/** The changes in another document that break clients of the released API, found by oasdiff. */
function breaking(document: string): string[] {
  const program = process.env['RESEAL_OASDIFF'];
  if (!program) throw new Error('RESEAL_OASDIFF is not set: run npm test -- --only contract');
  const options = ['--severity-levels', severityLevels, '--allow-external-refs=false', '--format', 'json'];
  const args = ['breaking', withoutWords(released, 'released'), withoutWords(document, 'now'), ...options];
  const output = execFileSync(program, args, { encoding: 'utf8' });
  const findings = JSON.parse(output) as Finding[];
  return findings
    .filter(({ text }) => !isNewProblem(text) && !isAnnounced(text))
    .map(({ id, operation, path, text }) => `${id}: ${operation} ${path}: ${text}`);
}

/** Clients must accept problem types that they do not know, and then act on the HTTP status. */
const isNewProblem = (text: string) => /^added the new `urn:reseal:problem:[\w-]+` enum value/.test(text);

const isAnnounced = (text: string) =>
  announced.includes(/^added the new `(\w+)` enum value/.exec(text)?.[1] ?? '');

// A breaking change is announced to the authors of clients, and released: see CONTRIBUTING.md, “The released API”.
it('The API breaks no client of the released one', () => {
  expect(breaking('libs/contracts/openapi.json')).toEqual([]);
});

describe('what would break a client is found:', () => {
  const schema = ({ components }: Document, name: string) => components.schemas[name]!;
  const answer = ({ paths }: Document, path: string, method: string) => paths[path]![method]!.responses;
  const problems = (document: Document) =>
    answer(document, '/v1/reissues', 'post')['409']!.content['application/problem+json']!.schema.properties[
      'type'
    ]!.enum!;
  const cases: readonly [string, (document: Document) => unknown, string][] = [
    ['a call is gone', ({ paths }) => delete paths['/v1/keys'], 'api-path-removed-without-deprecation'],
    [
      'an answer lacks what it had',
      (document) => {
        delete schema(document, 'Reissue').properties['deadline'];
        remove(schema(document, 'Reissue').required, 'deadline');
      },
      'response-required-property-removed',
    ],
    [
      'an answer lacks what it had at times',
      (document) => delete schema(document, 'Reissue').properties['basis'],
      'response-optional-property-removed',
    ],
    [
      'an answer may lack what it always had',
      (document) => remove(schema(document, 'Reissue').required, 'deadline'),
      'response-property-became-optional',
    ],
    [
      'an answer is of another type',
      (document) => (schema(document, 'Reissue').properties['id']!.type = 'number'),
      'response-property-type-changed',
    ],
    [
      'there is an unknown state',
      (document) => schema(document, 'Reissue').properties['state']!.enum!.push('PENDING'),
      'response-property-enum-value-added',
    ],
    [
      'a state is gone',
      (document) => schema(document, 'Reissue').properties['state']!.enum!.pop(),
      'response-property-enum-value-removed',
    ],
    [
      'a problem is called otherwise',
      (document) => (problems(document)[0] = 'urn:reseal:problem:called-otherwise'),
      'response-property-enum-value-removed',
    ],
    [
      'a problem has another status',
      (document) => {
        const responses = answer(document, '/v1/reissues', 'post');
        responses['410'] = responses['409']!;
        delete responses['409'];
      },
      'response-non-success-status-removed',
    ],
    [
      'a problem lacks its trace',
      (document) => delete schema(document, 'Problem').properties['traceId'],
      'response-required-property-removed',
    ],
    [
      'an answer does not say where the reissue is',
      (document) => delete answer(document, '/v1/reissues', 'post')['201']!.headers!['Location'],
      'optional-response-header-removed',
    ],
    [
      'a request must say more',
      (document) => {
        schema(document, 'PasswordRequest').properties['hint'] = { type: 'string' };
        schema(document, 'PasswordRequest').required.push('hint');
      },
      'new-required-request-property',
    ],
    [
      'a request must say what it could leave out',
      (document) => schema(document, 'StartRequest').required.push('methods'),
      'request-property-became-required',
    ],
    [
      'a header is demanded',
      ({ paths }) =>
        paths['/v1/keys']!['get']!.parameters.push({
          name: 'X-Branch',
          in: 'header',
          required: true,
          schema: { type: 'string' },
        }),
      'new-required-request-parameter',
    ],
    [
      'a reason is taken no more',
      (document) => schema(document, 'StartRequest').properties['reason']!.enum!.pop(),
      'request-property-enum-value-removed',
    ],
    [
      'less is taken than before',
      (document) => (schema(document, 'StartRequest').properties['keyThumbprint']!.pattern = '^x$'),
      'request-property-pattern-changed',
    ],
    [
      'a form of the certificate is gone',
      (document) =>
        delete answer(document, '/v1/reissues/{id}/certificate', 'get')['200']!.content['application/zip'],
      'response-media-type-removed',
    ],
    [
      'a client’s generator would call it otherwise',
      ({ paths }) => (paths['/v1/keys']!['get']!.operationId = 'readKeys'),
      'api-operation-id-removed',
    ],
    [
      'a method is gone',
      ({ paths }) => delete paths['/v1/reissues/{id}']!['get'],
      'api-removed-without-deprecation',
    ],
    [
      'success has another status',
      (document) => delete answer(document, '/v1/reissues', 'post')['201'],
      'response-success-status-removed',
    ],
  ];

  it.each(cases)('A breaking change is found: %s', (_, change, id) => {
    expect(breaking(changed(change))).toContainEqual(expect.stringContaining(`${id}: `));
  });
});

describe('a change that breaks no client is accepted:', () => {
  it.each<[string, (document: Document) => unknown]>([
    ['a new call', ({ paths }) => (paths['/v1/new'] = { get: paths['/v1/receipt-keys']!['get']! })],
    [
      'more in an answer',
      ({ components }) => (components.schemas['Reissue']!.properties['branch'] = { type: 'string' }),
    ],
    [
      'more that a request may say',
      ({ components }) => (components.schemas['StartRequest']!.properties['branch'] = { type: 'string' }),
    ],
    [
      'another reason that is taken',
      ({ components }) => components.schemas['StartRequest']!.properties['reason']!.enum!.push('MOVED'),
    ],
    [
      'another form of the certificate',
      ({ paths }) => {
        const { content } = paths['/v1/reissues/{id}/certificate']!['get']!.responses['200']!;
        content['application/pkix-pkipath'] = content['application/zip']!;
      },
    ],
    [
      'another status of problems',
      ({ paths }) => {
        const { responses } = paths['/v1/keys']!['get']!;
        responses['423'] = responses['401']!;
      },
    ],
    [
      'another problem',
      ({ paths }) =>
        paths['/v1/reissues']!['post']!.responses['409']!.content[
          'application/problem+json'
        ]!.schema.properties['type']!.enum!.push('urn:reseal:problem:bank-holiday'),
    ],
  ])('%s', (_, change) => {
    expect(breaking(changed(change))).toEqual([]);
  });
});

const remove = (list: string[], what: string) => list.splice(list.indexOf(what), 1);

/** Writes the released document with a change to a file. */
function changed(change: (document: Document) => unknown): string {
  const document = JSON.parse(readFileSync(released, 'utf8')) as Document;
  change(document);
  const file = join(work, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  return file;
}
