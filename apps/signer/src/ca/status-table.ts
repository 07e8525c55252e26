import type { AuthorityOverview, CrlOverview } from '#libs/db/crls';
import type { AuthorityStatus, IssuingStatus, RootCrlStatus } from './authority-status.js';

/** The status as text for operators. */
export function statusTable({ root, issuing, profile, database }: AuthorityStatus): string[] {
  return [
    ...aligned([
      ['', 'until', 'days left', 'key'],
      [root.subject, day(root.notAfter), String(root.daysLeft), 'offline'],
      rootCrlRow(root.crl),
      ...issuing.flatMap(issuingRows),
    ]),
    '',
    `Certificates are signed by ${issuing.find(({ current }) => current)?.subject}`,
    `with the profile ${profile.id}, digest ${profile.digest}.`,
    '',
    ...(database
      ? databaseLines(database)
      : ['The database cannot be reached: the state of the CRLs is unknown.']),
  ];
}

function rootCrlRow(crl: RootCrlStatus | undefined): string[] {
  if (!crl) return ['  its CRL', '–', '–', 'missing: npm run ca -- init, with the root'];
  const due = crl.due ? 'due: npm run ca -- init, with the root' : '';
  return [`  its CRL #${crl.number}`, day(crl.notAfter), String(crl.daysLeft), due];
}

function issuingRows({ subject, notAfter, daysLeft, key, ocsp, revoked }: IssuingStatus): string[][] {
  const responder = ocsp
    ? [day(ocsp.notAfter), String(ocsp.daysLeft), ocsp.due ? 'due: npm run ca -- init' : '']
    : ['–', '–', 'missing: npm run ca -- init'];
  return [
    [
      subject,
      day(notAfter),
      String(daysLeft),
      `${key.kind}, ${key.algorithm}${revoked ? `, revoked: ${revoked}` : ''}`,
    ],
    ['  its OCSP responder', ...responder],
  ];
}

function databaseLines(database: AuthorityOverview): string[] {
  const { crls, waitingForCrl, openIntents, oldestIntent } = database;
  const table =
    crls.length === 0 ? ['No CRL has been published yet.'] : aligned([crlHead, ...crls.map(crlRow)]);
  return [
    ...table,
    '',
    `${waitingForCrl} certificates wait for the CRL that shows their status.`,
    `${openIntents} certificates are being signed${oldestIntent ? `, one since ${timeText(oldestIntent)}` : ''}.`,
  ];
}

const crlHead = ['CRLs of', 'shards', 'newest', 'entries', 'oldest made', 'first ends'];
const crlRow = (crl: CrlOverview) => [
  crl.issuer,
  String(crl.shards),
  `#${crl.newestNumber}`,
  String(crl.entries),
  timeText(crl.oldestThisUpdate),
  timeText(crl.firstNextUpdate),
];

const day = (at: Date) => at.toISOString().slice(0, 10);
const timeText = (at: Date) => at.toISOString().replace(/\.\d+Z$/, 'Z');

/** Pads the columns to the width of their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
