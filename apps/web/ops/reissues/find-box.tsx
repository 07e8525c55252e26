import { Anchor, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { readReceiptNumber } from '#libs/domain';
import { call } from '../api/client.js';
import { shortId } from '../components/reissue-table.js';
import { ProblemAlert } from '../components/states.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';

/** The ids of the reissues that a number has, or what is wrong with the number. */
type Found = { readonly ids: readonly string[] } | { readonly fault: 'FORM' | 'CHECK' };

const withIds = (ids: readonly string[]): Found => ({ ids });

/** How the text of each kind of number is looked up. Any other text is taken for a receipt number. */
const finders: readonly { readonly kind: RegExp; readonly find: (text: string) => Promise<Found> }[] = [
  { kind: /^ri_[0-9a-z]+$/i, find: (id) => Promise.resolve(withIds([id])) },
  {
    kind: /^[0-9a-f]{32}$/i,
    find: async (traceId) => withIds((await call('findReissues', { body: { traceId } })).reissueIds),
  },
];

async function findByReceiptNumber(text: string): Promise<Found> {
  const read = readReceiptNumber(text);
  if ('fault' in read) return { fault: read.fault };
  const { items } = await call('listReissues', { query: { receiptNumber: read.number } });
  return withIds(items.map(({ id }) => id));
}

/** Opens a reissue by any number that a caller can read out. */
export function FindBox(): ReactNode {
  const { reissues } = useWords();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const finding = useMutation({
    mutationFn: (given: string) =>
      (finders.find(({ kind }) => kind.test(given))?.find ?? findByReceiptNumber)(given),
    onSuccess: (result) => {
      if ('ids' in result && result.ids.length === 1) void navigate(paths.reissue(result.ids[0]!));
    },
  });
  const result = finding.data;
  const found = result && 'ids' in result ? result.ids : undefined;
  const faults = { FORM: reissues.findUnknown, CHECK: reissues.findMistyped };
  const complaint =
    result && 'fault' in result
      ? faults[result.fault]
      : found?.length === 0
        ? reissues.findNothing
        : undefined;
  return (
    <form
      role="search"
      aria-label={reissues.find}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) finding.mutate(text.trim());
      }}
    >
      <Stack gap="xs">
        <TextInput
          label={reissues.find}
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            finding.reset();
          }}
          error={complaint}
          spellCheck={false}
        />
        {finding.isError && <ProblemAlert error={finding.error} />}
        {found && found.length > 1 && (
          <Group gap="sm" role="status">
            <Text size="sm">{reissues.findSeveral}</Text>
            {found.map((id) => (
              <Anchor
                key={id}
                component={Link}
                to={paths.reissue(id)}
                ff="monospace"
                size="sm"
                underline="always"
              >
                {shortId(id)}
              </Anchor>
            ))}
          </Group>
        )}
      </Stack>
    </form>
  );
}
