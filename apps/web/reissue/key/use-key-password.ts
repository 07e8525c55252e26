import { useState } from 'react';
import { useWords } from '../words/index.js';

/** The password that opens the customer's own key, as somebody types it: the state of its field, and how to refuse it. */
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
