import { useState } from 'react';
import { useWords } from '../words/index.js';

/** The state of the field for the password of the customer's key, and a function that marks the password as wrong. */
export function useKeyPassword() {
  const { save } = useWords();
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState(false);
  return {
    typed: value,
    refuse: () => setWrong(true),
    field: {
      autoComplete: 'current-password',
      value,
      error: wrong ? save.wrongPassword : undefined,
      onChange: ({ target }: { readonly target: { readonly value: string } }) => {
        setWrong(false);
        setValue(target.value);
      },
    },
  };
}
