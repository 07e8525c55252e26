import { useId, useState, type FocusEvent, type InputHTMLAttributes, type ReactNode } from 'react';
import { useWords } from '../words/index.js';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value, and what to do. It is shown once the customer has left the field, or at `tried`. */
  readonly fault?: string | undefined;
  /** Whether the customer has tried to send the form. */
  readonly tried?: boolean | undefined;
  /** What the last call found wrong. It is shown at once. */
  readonly error?: string | undefined;
  /** A button next to the input. */
  readonly button?: ReactNode;
}

/** An input with its label, a hint and an error. */
export function Field({ label, hint, fault, tried, error, button, ...input }: FieldProps) {
  const id = useId();
  const { left, onBlur } = useLeft(input.value !== '');
  const shown = error ?? (tried || left ? fault : undefined);
  return (
    <div className="field" onBlur={onBlur}>
      <label htmlFor={id}>{label}</label>
      <Hint id={id} text={hint} />
      <div className="input">
        <input id={id} {...describedBy(id, hint, shown)} {...input} />
        {button}
      </div>
      <Fault id={id} text={shown} said={error !== undefined} />
    </div>
  );
}

/** Whether the customer has left a field that is not empty. @returns also the handler for the element around it */
export function useLeft(filled: boolean) {
  const [left, setLeft] = useState(false);
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!filled || currentTarget.contains(relatedTarget)) return;
    // A text that appears while a button is pressed would move the button away from the pointer.
    if (document.querySelector('button:active'))
      addEventListener('pointerup', () => setTimeout(() => setLeft(true)), { once: true });
    else setLeft(true);
  };
  return { left, onBlur };
}

/** What a screen reader says about an input. */
export const describedBy = (id: string, hint: string | undefined, fault: string | undefined) => ({
  'aria-invalid': fault ? true : undefined,
  'aria-describedby': [hint && `${id}-hint`, fault && `${id}-error`].filter(Boolean).join(' ') || undefined,
});

export const Hint = ({ id, text }: { id: string; text: string | undefined }) =>
  text && (
    <p className="hint" id={`${id}-hint`}>
      {text}
    </p>
  );

/** @param said whether a screen reader says the text when it appears */
export const Fault = ({ id, text, said }: { id: string; text: string | undefined; said: boolean }) =>
  text && (
    <p className="wrong" id={`${id}-error`} role={said ? 'alert' : undefined}>
      {text}
    </p>
  );

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

/** A list from which one option is chosen; `undefined` is the first option, named `none`. */
export function SelectField<Value extends string>({
  label,
  none,
  options,
  value,
  onChoose,
}: {
  label: string;
  none: string;
  options: Readonly<Record<Value, string>>;
  value: Value | undefined;
  onChoose: (value: Value | undefined) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input select">
        <select
          id={id}
          value={value ?? ''}
          onChange={({ target }) => onChoose((target.value || undefined) as Value | undefined)}
        >
          <option value="">{none}</option>
          {Object.entries<string>(options).map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
