import { createHash } from 'node:crypto';

export const pageStyle = `
:root { color-scheme: light dark; --line: light-dark(#d8dde3, #3a4048); --card: light-dark(#fff, #1d2126);
  --back: light-dark(#f3f5f7, #14171a); --soft: light-dark(#596572, #9aa5b1); --accent: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); font: 15px/1.55 system-ui, 'Noto Sans KR', 'Apple SD Gothic Neo', sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .9rem 1.2rem;
  background: var(--card); border-bottom: 1px solid var(--line); }
header h1 { margin: 0; font-size: 1.15rem; }
header p { margin: 0; flex: 1; color: var(--soft); }
main { display: grid; grid-template-columns: minmax(15rem, 20rem) 1fr; gap: 1.2rem; padding: 1.2rem; max-width: 76rem; margin: auto; }
@media (max-width: 46rem) { main { grid-template-columns: 1fr; } .people { max-height: 15rem; } }
h2 { margin: 0 0 .6rem; font-size: 1rem; }
section + section { margin-top: 1.4rem; }
a { color: var(--accent); }
.people { margin: 0; padding: 0; list-style: none; overflow: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.people li + li { border-top: 1px solid var(--line); }
.people a { display: flex; gap: .6rem; padding: .5rem .8rem; color: inherit; text-decoration: none; }
.people a:hover, .people a[aria-current] { background: color-mix(in srgb, var(--accent) 14%, transparent); }
.people span { margin-left: auto; color: var(--soft); font-size: .85em; }
.card { margin: 0 0 .7rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.card p { margin: .3rem 0 0; white-space: pre-line; overflow-wrap: anywhere; }
.meta { color: var(--soft); font-size: .85em; }
mark { padding: 0 .25em; border-radius: .2em; font-weight: 600; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
`;

/** Reloads the page every three seconds, unless text in it is selected. */
export const pageScript = `
setInterval(async () => {
  if (document.hidden || String(getSelection())) return;
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer || !answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
  const main = document.querySelector('main');
  if (!next || next.innerHTML === main.innerHTML) return;
  const scrolled = main.querySelector('.people').scrollTop;
  main.replaceChildren(...next.childNodes);
  main.querySelector('.people').scrollTop = scrolled;
}, 3000);
`;

/** The content security policy: this style and this script only. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${sourceHash(pageStyle)}`,
  `script-src ${sourceHash(pageScript)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
