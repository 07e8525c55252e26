import { problemCatalogue, problemType, type ProblemSlug } from '#libs/contracts';

/** The members of the OpenAPI document that name the problems of each call. */
export interface ProblemSource {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>>
  >;
}

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { background: light-dark(#ffffff, #16181c); color: light-dark(#1b1d21, #eceef1); }
  body { max-width: 64rem; margin: 0 auto; padding: 1rem; }
  article { border-top: 1px solid #8888; padding: 0.5rem 0; scroll-margin-top: 1rem; }
  article:target { outline: 3px solid #2a6fdb; outline-offset: 0.25rem; }
  a { color: light-dark(#1a4fa0, #9cc2ff); }
  h2 { font-size: 1.1rem; overflow-wrap: anywhere; }
  p { margin: 0.4rem 0; }
  .calls { overflow-wrap: anywhere; }`;

const introduction = `Errors are problem documents (RFC 9457). Branch on <code>type</code>, which never changes; the texts may.
      The header <code>Link</code> of each of them leads here (<code>rel="help"</code>). A client has to expect types that it
      does not know, and then acts on the HTTP status.`;

/** The page with every problem of the API, each at the anchor of its slug: when it occurs, and what to do. */
export function problemsPage({ paths }: ProblemSource): string {
  const callsOf = (slug: ProblemSlug) =>
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { responses }]) => JSON.stringify(responses).includes(`"${problemType(slug)}"`))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
  const articles = (Object.keys(problemCatalogue) as ProblemSlug[]).map((slug) => {
    const { status, title, detail } = problemCatalogue[slug];
    const calls = callsOf(slug);
    return `
      <article id="${slug}">
        <h2><a href="#${slug}"><code>${problemType(slug)}</code></a> · ${status}</h2>
        <p lang="en"><strong>${escaped(title.en)}.</strong> ${escaped(detail.en)}</p>
        <p lang="ko"><strong>${escaped(title.ko)}.</strong> ${escaped(detail.ko)}</p>
        <p class="calls">${calls.length === 0 ? 'Any call.' : calls.map((call) => `<code>${escaped(call)}</code>`).join(' ')}</p>
      </article>`;
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Problems of the Reseal API</title>
    <link rel="icon" href="data:,">
    <style>${style}</style>
  </head>
  <body>
    <main>
      <h1>Problems</h1>
      <p>${introduction} <a href="/docs">The calls</a>.</p>${articles.join('')}
    </main>
  </body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character]!);
