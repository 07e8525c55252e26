import { useEffect, useRef, useState } from 'react';
import type { ConsentInput, Stage, Terms } from '#libs/client';
import { useFlow } from '../flow/use-flow.js';
import { useLanguage, useWords } from '../words/index.js';
import { Form } from './form.js';
import { Markdown } from './markdown.js';
import { dayInWords } from './time.js';

/** The terms of a stage, with a checkbox for each and one for all, and the full text of each. */
export function TermsForm({
  stage,
  button,
  onAgree,
}: {
  stage: Stage;
  button: string;
  onAgree: (consents: ConsentInput[]) => unknown;
}) {
  const { client, failure } = useFlow();
  const language = useLanguage();
  const { consent, loading } = useWords();
  const [terms, setTerms] = useState<Terms[]>();
  const [agreed, setAgreed] = useState<ReadonlySet<string>>(new Set());
  const [missing, setMissing] = useState(false);
  const changed = failure !== undefined && 'slug' in failure && failure.slug === 'consent-incomplete';
  useEffect(() => {
    let shown = true;
    void client.terms(stage, language).then(
      (found) => shown && setTerms(found),
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [client, stage, language, changed]);
  if (!terms) return <p aria-live="polite">{loading}</p>;

  // The id includes the version: the consent does not hold for a text that has changed meanwhile.
  const idOf = ({ termsId, version }: Terms) => `${termsId}/${version}`;
  const all = terms.every((one) => agreed.has(idOf(one)));
  const optional = terms.filter(({ mandatory }) => !mandatory).map(({ title }) => title);
  const toggle = (one: Terms) => {
    const next = new Set(agreed);
    if (!next.delete(idOf(one))) next.add(idOf(one));
    setAgreed(next);
  };
  const send = () => {
    const lacks = terms.some((one) => one.mandatory && !agreed.has(idOf(one)));
    setMissing(lacks);
    if (lacks) return undefined;
    return onAgree(
      terms.map((one) => ({
        termsId: one.termsId,
        version: one.version,
        digest: one.digest,
        agreed: agreed.has(idOf(one)),
      })),
    );
  };
  return (
    <Form button={button} onSend={send}>
      <label className="check all">
        <input
          type="checkbox"
          checked={all}
          onChange={() => setAgreed(new Set(all ? [] : terms.map(idOf)))}
        />
        <span>
          <strong>{consent.all}</strong>
          {optional.length > 0 && <small>{consent.includes(optional.join(', '))}</small>}
        </span>
      </label>
      <ul className="terms">
        {terms.map((one) => (
          <li key={idOf(one)}>
            <label className="check">
              <input type="checkbox" checked={agreed.has(idOf(one))} onChange={() => toggle(one)} />
              <span>
                <span className="tag">{one.mandatory ? consent.mandatory : consent.optional}</span>
                {one.title}
              </span>
            </label>
            <FullText terms={one} />
          </li>
        ))}
      </ul>
      {missing && (
        <p role="alert" className="wrong box">
          {consent.missing}
        </p>
      )}
    </Form>
  );
}

function FullText({ terms }: { terms: Terms }) {
  const { consent } = useWords();
  const language = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        className="small"
        aria-label={consent.read(terms.title)}
        onClick={() => dialog.current?.showModal()}
      >
        {consent.readWord}
      </button>
      <dialog ref={dialog} aria-label={terms.title}>
        <div className="text" tabIndex={0}>
          <h2>{terms.title}</h2>
          <p className="hint">{consent.inForceSince(dayInWords(terms.validFrom, language))}</p>
          <Markdown text={terms.text} />
        </div>
        <button type="button" className="main" onClick={() => dialog.current?.close()}>
          {consent.close}
        </button>
      </dialog>
    </>
  );
}
