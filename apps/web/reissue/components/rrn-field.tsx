import { useId, useRef } from 'react';
import { useWords } from '../words/index.js';
import { describedBy, Fault, Hint, useLeft } from './field.js';

const frontLength = 6;
const backLength = 7;

/** A resident registration number as banks ask for it: 6 digits, and 7 that are masked. The value is `front-back`. */
export function RrnField({
  value,
  tried,
  fault,
  error,
  onChange,
}: {
  value: string;
  tried: boolean;
  /** As in `Field`. */
  fault: string | undefined;
  error?: string | undefined;
  onChange: (rrn: string) => void;
}) {
  const { applicant } = useWords();
  const id = useId();
  const second = useRef<HTMLInputElement>(null);
  const { left, onBlur } = useLeft(value !== '');
  const [front = '', back = ''] = value.split('-');
  const shown = error ?? (tried || left ? fault : undefined);
  const common = {
    inputMode: 'numeric',
    autoComplete: 'off',
    ...describedBy(id, applicant.sealed, shown),
  } as const;

  /** Also takes a whole number that is pasted into the first field. */
  const changeFront = (text: string) => {
    const digits = digitsOf(text);
    const rest = digits.slice(frontLength, frontLength + backLength);
    onChange(joined(digits.slice(0, frontLength), rest || back));
    if (digits.length >= frontLength && front.length < frontLength) second.current?.focus();
  };
  return (
    <fieldset className="field" onBlur={onBlur}>
      <legend>{applicant.rrn}</legend>
      <Hint id={id} text={applicant.sealed} />
      <div className="input rrn">
        <input
          {...common}
          aria-label={applicant.rrnFront}
          value={front}
          onChange={({ target }) => changeFront(target.value)}
        />
        <span aria-hidden="true">–</span>
        <input
          {...common}
          ref={second}
          type="password"
          aria-label={applicant.rrnBack}
          maxLength={backLength}
          value={back}
          onChange={({ target }) => onChange(joined(front, digitsOf(target.value)))}
        />
      </div>
      <Fault id={id} text={shown} said={error !== undefined} />
    </fieldset>
  );
}

const digitsOf = (text: string): string => text.normalize('NFKC').replace(/\D/g, '');
const joined = (front: string, back: string): string => (front || back ? `${front}-${back}` : '');
