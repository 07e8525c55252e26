import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const read = (file: string) => parse(readFileSync(`libs/contracts/${file}`, 'utf8')) as Node;

/** The part of a document that `$ref` names. */
function referred(document: Node, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (isNode(node) ? node[key.replaceAll('~1', '/')] : undefined), document);
}

/**
 * The names in a part of a document that its readers know: paths, members, parameters, headers, media types, values of enums and
 * types of events.
 */
function namesOf(document: Node, start: unknown): Set<string> {
  const names = new Set<string>();
  const followed = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value === 'string') names.add(value.replace(/^urn:reseal:(problem|schema):/, ''));
  };
  const visit = (node: unknown): void => {
    if (!isNode(node)) return;
    for (const [key, value] of Object.entries(node)) {
      if (['example', 'examples', 'description', 'default'].includes(key)) continue;
      if (key === '$ref' && typeof value === 'string') {
        if (followed.has(value)) continue;
        followed.add(value);
        add(value.split('/').at(-1)?.startsWith('reseal.') ? value.split('/').at(-1) : undefined);
        visit(referred(document, value));
      } else {
        if (key.startsWith('/')) add(key);
        if (['properties', 'headers', 'content'].includes(key) && isNode(value))
          Object.keys(value).forEach(add);
        if (key === 'enum' && Array.isArray(value)) value.forEach(add);
        if (['const', 'address'].includes(key) || (key === 'name' && 'in' in node)) add(value);
        visit(value);
      }
    }
  };
  visit(start);
  return names;
}

/** Names that are in one document only. */
const difference = (one: Set<string>, other: Set<string>) =>
  [...one]
    .filter((name) => !other.has(name))
    .concat([...other].filter((name) => !one.has(name)))
    .sort();

const callsOf = (document: Node) => namesOf(document, document['paths']);
const eventsOf = (document: Node) => namesOf(document, { ...document, info: undefined });
const changelog = readFileSync('docs/changelog.md', 'utf8');
const unreleased = changelog.split(/^## /m)[1] ?? '';

it.each([
  ['calls', 'openapi.json', callsOf],
  ['events', 'asyncapi.yaml', eventsOf],
])(
  'Each name of the %s that is new or gone since the release occurs in the changelog',
  (_, file, namesIn) => {
    const changed = difference(namesIn(read(`released/${file}`)), namesIn(read(file)));
    expect(changed.filter((name) => !unreleased.includes(name))).toEqual([]);
  },
);

it('A name that is new in the documents is found, wherever it is', () => {
  const calls = read('openapi.json');
  const events = read('asyncapi.yaml');
  const changedCalls = JSON.parse(
    JSON.stringify(calls)
      .replaceAll('"/v1/keys"', '"/v1/all-keys"')
      .replaceAll('"keyThumbprint"', '"thumbprint"')
      .replaceAll('"PHONE_CODE"', '"PHONE"')
      .replaceAll('"X-Device-Id"', '"X-Device"')
      .replaceAll('"urn:reseal:problem:parked"', '"urn:reseal:problem:stopped"'),
  ) as Node;
  expect(difference(callsOf(calls), callsOf(changedCalls))).toEqual([
    ...['/v1/all-keys', '/v1/keys', 'PHONE', 'PHONE_CODE', 'X-Device', 'X-Device-Id'],
    ...['keyThumbprint', 'parked', 'stopped', 'thumbprint'].filter(
      (name) => name !== 'parked' || !callsOf(changedCalls).has('parked'),
    ),
  ]);
  const changedEvents = JSON.parse(
    JSON.stringify(events)
      .replaceAll('reseal.reissue.issued.v1', 'reseal.reissue.issued.v2')
      .replaceAll('"customerRef"', '"customer"'),
  ) as Node;
  expect(difference(eventsOf(events), eventsOf(changedEvents))).toEqual([
    ...['customer', 'customerRef', 'reseal.reissue.issued.v1', 'reseal.reissue.issued.v2'],
  ]);
});
