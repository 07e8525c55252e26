import { useId, useState, type InputHTMLAttributes, type ReactNode } from 'react';
import { useFlow } from '../flow/use-flow.js';
import { useWords } from '../words/index.js';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** A button next to the input. */
  readonly button?: ReactNode;
}

/** An input with its label, a hint and an error. */
export function Field({ label, hint, error, button, ...input }: FieldProps) {
  const id = useId();
  const about = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div className="input">
        <input
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={about || undefined}
          {...input}
        />
        {button}
      </div>
      {error && (
        <p className="wrong" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function PasswordField(props: FieldProps) {
  const { password } = useWords();
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      button={
        <button
          type="button"
          className="small"
          aria-label={`${props.label}: ${shown ? password.hide : password.show}`}
          onClick={() => setShown(!shown)}
        >
          {shown ? password.hide : password.show}
        </button>
      }
    />
  );
}

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
}: {
  button: string;
  onSend: () => unknown;
  children?: ReactNode;
  ready?: boolean;
}) {
  const { busy } = useFlow();
  const { busy: working } = useWords();
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && ready) void onSend();
      }}
    >
      {children}
      <FailureMessage />
      <button className="main" aria-disabled={busy || !ready}>
        {busy ? working : button}
      </button>
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
      {slug === 'password-rules' && (
        <ul>
          {document.errors?.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
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
