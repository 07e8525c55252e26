import type { Deposit } from '../codes/one-won.js';
import { formatMobile } from '../messages/addresses.js';
import type { InboxMessage } from '../messages/inbox.js';
import type { Person } from '../people/person.js';
import { pageScript, pageStyle } from './assets.js';
import { Html, html } from './html.js';
import { pageTexts } from './texts.js';
import type { PageLanguage } from './texts.js';

interface InboxPage {
  language: PageLanguage;
  people: readonly Person[];
  /** The person whose messages are shown; undefined for all messages. */
  person: Person | undefined;
  messages: readonly InboxMessage[];
  deposits: readonly Deposit[];
}

/** The page at `/`: SMS, mails and deposits of the sample people. */
export function renderInboxPage({ language, people, person, messages, deposits }: InboxPage): string {
  const t = pageTexts[language];
  const other = language === 'ko' ? 'en' : 'ko';
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${t.title}</title>
        ${new Html(`<style>${pageStyle}</style>`)}
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
      </head>
      <body>
        <header>
          <h1>${t.title}</h1>
          <p>${t.notice}</p>
          <a href="${link(other, person)}" lang="${other}">${other === 'ko' ? '한국어' : 'English'}</a>
        </header>
        <main>
          <nav aria-label="${t.people}">
            <h2>${t.people}</h2>
            <ul class="people">
              <li><a href="${link(language)}" ${current(!person)}>${t.everyone}</a></li>
              ${people.map((each) => personItem(each, language, person))}
            </ul>
            ${people.length === 0 ? html`<p class="meta">${t.noPeople}</p>` : undefined}
          </nav>
          <div>
            ${person && personDetails(person, language)}
            <section aria-live="polite">
              <h2>${t.messages}</h2>
              ${messages.length > 0 ? messages.map((each) => messageCard(each, language)) : html`<p>${t.noMessages}</p>`}
            </section>
            ${person && depositSection(deposits, language)}
          </div>
        </main>
        ${new Html(`<script>${pageScript}</script>`)}
      </body>
    </html>`.markup;
}

function personItem(each: Person, language: PageLanguage, shown: Person | undefined): Html {
  return html`<li>
    <a href="${link(language, each)}" ${current(each.personId === shown?.personId)}
      >${each.name} <small>${formatMobile(each.mobile)}</small
      ><span>${pageTexts[language][each.holding]}</span></a
    >
  </li>`;
}

function personDetails(person: Person, language: PageLanguage): Html {
  const t = pageTexts[language];
  const { document } = person;
  const documentText = [
    t[document.type],
    ...(document.type === 'DRIVING_LICENCE' ? [document.number] : []),
    `${t.issuedOn} ${document.issuedOn}`,
  ].join(' · ');
  const rows: [string, string][] = [
    [t.mobile, formatMobile(person.mobile)],
    [t.email, person.email],
    [t.rrn, `${person.rrn.slice(0, 6)}-${person.rrn.slice(6)}`],
    [t.document, documentText],
    [t.account, `${person.account.bank} · ${person.account.number}`],
    [t.certificate, t[person.holding]],
    [t.password, person.certificatePassword],
  ];
  return html`<section>
    <h2>${person.name}</h2>
    <dl class="card">
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
}

function messageCard(message: InboxMessage, language: PageLanguage): Html {
  const t = pageTexts[language];
  const to = message.channel === 'SMS' ? formatMobile(message.to) : message.to;
  return html`<article class="card">
    <div class="meta">
      ${t[message.channel]} · ${t.from} ${message.from} · ${t.to} ${to} ·
      ${time(message.receivedAt, language)}
    </div>
    ${message.subject === undefined ? undefined : html`<strong>${message.subject}</strong>`}
    <p>${withMarkedCodes(message.text)}</p>
  </article>`;
}

function depositSection(deposits: readonly Deposit[], language: PageLanguage): Html {
  const t = pageTexts[language];
  return html`<section>
    <h2>${t.deposits}</h2>
    ${
      deposits.length > 0
        ? deposits.map(
            (deposit) =>
              html`<article class="card">
                <div class="meta">${time(deposit.depositedAt, language)}</div>
                <p>${t.depositor} ${withMarkedCodes(deposit.depositor)} · ₩${deposit.amount}</p>
              </article>`,
          )
        : html`<p>${t.noDeposits}</p>`
    }
  </section>`;
}

/** One-time codes stand out: four or six digits on their own, or behind letters. */
function withMarkedCodes(text: string): Html[] {
  return text
    .split(/((?<![\d.-])(?:\d{6}|\d{4})(?![\d.-]))/)
    .map((part, index) => (index % 2 === 1 ? html`<mark>${part}</mark>` : html`${part}`));
}

function link(language: PageLanguage, person?: Person): string {
  const query = new URLSearchParams({ lang: language, ...(person && { person: person.personId }) });
  return `/?${query.toString()}`;
}

function current(yes: boolean): Html | undefined {
  return yes ? html`aria-current="true"` : undefined;
}

function time(instant: string, language: PageLanguage): string {
  return new Date(instant).toLocaleString(language === 'ko' ? 'ko-KR' : 'en-GB', { timeZone: 'Asia/Seoul' });
}
