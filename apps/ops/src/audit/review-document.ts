import { auditActionText, auditActorText, auditCodeText } from '#libs/domain';
import type { AccessReview } from './access-review.js';
import { csvFile } from './export.js';
import { reviewWords } from './review-words.js';

interface ReviewDocument {
  readonly review: AccessReview;
  readonly language: 'ko' | 'en';
  /** When the document is made. */
  readonly at: Date;
}

type Person = AccessReview['people'][number];

/** The texts and times of a review in the reader's language. */
function readerOf(language: 'ko' | 'en') {
  const words = reviewWords[language];
  const times = new Intl.DateTimeFormat(language === 'ko' ? 'ko-KR' : 'en-GB', {
    ...{ dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone: 'Asia/Seoul' },
  });
  return {
    words,
    time: (at: string | Date) => times.format(new Date(at)),
    roles: (roles: Person['roles']) => roles.map((role) => words.role[role]).join(', '),
    name: ({ name, actor }: Person) =>
      name ?? (actor.startsWith('staff:') ? words.neverSignedIn : auditActorText(actor)[language]),
    action: (action: string) => auditActionText(action)[language],
    outcome: (outcome: string) => auditCodeText(outcome)?.[language] ?? outcome,
    overlooked: ({ overlooked }: AccessReview): readonly (readonly [string, readonly string[]])[] =>
      [
        [words.parkedReissues, overlooked.parkedReissues] as const,
        [words.undecidedOperations, overlooked.undecidedOperations] as const,
        [words.earlierReview, overlooked.earlierReview === null ? [] : [overlooked.earlierReview]] as const,
      ].filter(([, items]) => items.length > 0),
  };
}

/** The review as a table. A person without acts has one row, and so has everything that was overlooked. */
export function reviewAsCsv({ review, language }: ReviewDocument): string {
  const { words, roles, name, action, outcome, overlooked } = readerOf(language);
  const acts = review.people.flatMap((person) => {
    const who = [words.acts, name(person), person.actor, roles(person.roles)];
    if (person.acts.length === 0) return [[...who, '', '', '', '', '0', '0', '', '']];
    return person.acts.map((act) => [
      ...who,
      ...[action(act.action), act.action, outcome(act.outcome), act.outcome],
      ...[String(act.times), String(act.reissues), act.first, act.last],
    ]);
  });
  const missed = overlooked(review).flatMap(([title, items]) =>
    items.map((item) => [words.overlooked, '', item, '', title, '', '', '', '', '', '', '']),
  );
  return csvFile([words.csvTitles, ...acts, ...missed]);
}

/** The review as a page to print, sign and file. It loads nothing. */
export function reviewAsHtml({ review, language, at }: ReviewDocument): string {
  const { words, time, roles, name, action, outcome, overlooked } = readerOf(language);
  const { people } = review;
  const persons = people.map((person) => [
    ...[name(person), person.actor, roles(person.roles)],
    person.lastSeenAt === null ? words.neverSignedIn : time(person.lastSeenAt),
    ...[roles(person.unusedRoles), words.rightKept],
  ]);
  const acts = people.flatMap((person) =>
    person.acts.map((act) => [
      ...[name(person), person.actor, `${action(act.action)} (${act.action})`],
      ...[`${outcome(act.outcome)} (${act.outcome})`, String(act.times), String(act.reissues)],
      ...[time(act.first), time(act.last)],
    ]),
  );
  const missed = overlooked(review);
  const title = words.title(review.month);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
<p>${html(words.period(time(review.from), time(review.to)))}<br>${html(words.made(time(at)))}</p>
<h2>${html(words.overlooked)}</h2>
${missed.length === 0 ? `<p>${html(words.nothingOverlooked)}</p>` : missed.map(overlookedPart).join('\n')}
<h2>${html(words.people)}</h2>
${persons.length === 0 ? `<p>${html(words.noPeople)}</p>` : table(words.personTitles, persons)}
<h2>${html(words.acts)}</h2>
${acts.length === 0 ? `<p>${html(words.noActs)}</p>` : table(words.actTitles, acts)}
<section class="sign-off">
<h2>${html(words.signOff)}</h2>
<p>${html(words.signOffText)}</p>
<dl>${words.signOffLines.map((line) => `<div><dt>${html(line)}</dt><dd></dd></div>`).join('')}</dl>
</section>
</main>
</body>
</html>
`;
}

const overlookedPart = ([title, items]: readonly [string, readonly string[]]): string =>
  `<h3>${html(title)}: ${items.length}</h3><ul>${items.map((item) => `<li><code>${html(item)}</code></li>`).join('')}</ul>`;

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="table"><table><thead><tr>${titles.map((title) => `<th scope="col">${html(title)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table></div>`;

const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};
const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

const style = `
body { margin: 0; font: 11pt/1.5 system-ui, 'Noto Sans KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif;
  color: #111; background: #fff; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; word-break: keep-all; overflow-wrap: anywhere; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 9.5pt; }
th, td { border: 1px solid #888; padding: 0.3rem 0.5rem; text-align: left; vertical-align: top; }
th { background: #eee; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.sign-off { break-inside: avoid; }
.sign-off div { display: grid; grid-template-columns: 12rem 1fr; align-items: end; margin-top: 1.5rem; }
.sign-off dd { margin: 0; min-height: 1.5rem; border-bottom: 1px solid #111; }
@page { size: A4; margin: 15mm; }
@media print { main { max-width: none; padding: 0; } }`;
