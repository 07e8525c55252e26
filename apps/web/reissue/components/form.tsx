import { useId, type ReactNode } from 'react';
import { useFlow } from '../flow/use-flow.js';
import type { SlowPart } from '../words/cases.js';
import { useWords } from '../words/index.js';
import { SlowNotice } from './slow-notice.js';

interface ChoiceProps<Value extends string> {
  readonly legend: string;
  readonly quiet?: boolean;
  readonly options: readonly { readonly value: Value; readonly name: string; readonly more?: string }[];
  readonly value: Value | undefined;
  onChoose(value: Value): void;
}

/** Radio buttons, each large enough for a thumb. */
export function Choice<Value extends string>({
  legend,
  quiet,
  options,
  value,
  onChoose,
}: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className={quiet ? 'unseen' : undefined}>{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChoose(option.value)}
          />
          <span>
            <strong>{option.name}</strong>
            {option.more && <small>{option.more}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A form with one main button, which is disabled while a call is under way. */
export function Form({
  button,
  onSend,
  children,
  ready = true,
  waitsFor = 'BANK',
  others = false,
}: {
  button: string;
  onSend: () => unknown;
  children?: ReactNode;
  ready?: boolean;
  /** What answers the call, to say what is slow. */
  waitsFor?: SlowPart;
  /** Whether a button below the form offers another way. */
  others?: boolean;
}) {
  const { busy, failure, clearFailure } = useFlow();
  const { busy: working } = useWords();
  return (
    <form
      noValidate
      onChange={() => {
        // What the customer changes now is no longer what the last call found wrong.
        if (failure && 'slug' in failure && failure.document.errors) clearFailure();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && ready) void onSend();
      }}
    >
      {children}
      <FailureMessage />
      <button className={busy ? 'main busy' : 'main'} aria-disabled={busy || !ready}>
        {busy ? working : button}
      </button>
      {busy && <SlowNotice part={waitsFor} others={others} />}
    </form>
  );
}

/** Problems after which the reissue cannot continue in this session. */
const sessionOver = ['invalid-token', 'not-your-reissue', 'not-found'];

/** The failure of the last call, in words for the customer. */
export function FailureMessage() {
  const { failure, restart } = useFlow();
  const { ended } = useWords();
  const { problem } = useWords();
  if (!failure) return null;
  if (!('slug' in failure))
    return (
      <p role="alert" className="wrong box">
        {problem.unreachable}
      </p>
    );
  const { slug, document } = failure;
  const known = problem.texts[slug];
  return (
    <div role="alert" className="wrong box">
      <p>{known ?? problem.texts['internal-error']}</p>
      {(!known || document.status >= 500) && document.traceId && (
        <p className="hint">{problem.trace(document.traceId)}</p>
      )}
      {sessionOver.includes(slug) && (
        <button type="button" className="second" onClick={() => void restart()}>
          {ended.again}
        </button>
      )}
    </div>
  );
}
