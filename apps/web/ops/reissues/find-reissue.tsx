import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { readReceiptNumber } from '#libs/domain';
import { call } from '../api/client.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';

/** Opens the reissue that a customer names by its receipt number, or that has this id. */
export function FindReissue(): ReactNode {
  const { reissues, common } = useWords();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const found = useMutation({
    mutationFn: async (written: string): Promise<{ readonly id: string } | { readonly fault: string }> => {
      if (written.startsWith('ri_')) return { id: written };
      const read = readReceiptNumber(written);
      if ('fault' in read)
        return { fault: read.fault === 'CHECK' ? reissues.findMistyped : reissues.findForm };
      const { items } = await call('listReissues', { query: { receiptNumber: read.number } });
      return items[0] ?? { fault: reissues.findNone };
    },
    onSuccess: (result) => 'id' in result && navigate(paths.reissue(result.id)),
  });
  const fault = found.data && 'fault' in found.data ? found.data.fault : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) found.mutate(text.trim());
      }}
    >
      <TextInput
        label={reissues.find}
        value={text}
        error={fault ?? (found.isError && common.failed)}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          found.reset();
        }}
        spellCheck={false}
      />
    </form>
  );
}
