import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { send } from '../api/client.js';
import { Card } from '../components/card.js';
import { ProblemAlert } from '../components/states.js';
import { download } from '../../shared/download.js';
import { useWords } from '../words/language.js';

/** Downloads the report of a month: who had access and what they did, for the monthly review of access rights. */
export function AccessReview(): ReactNode {
  const { audit } = useWords();
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const making = useMutation({
    mutationFn: async () => {
      const answer = await send('reviewAccess', { query: { month }, accept: 'text/markdown' });
      const ending = answer.headers.get('content-type')?.includes('json') ? 'json' : 'md';
      download(`access-review-${month}.${ending}`, await answer.blob());
    },
  });
  return (
    <Card title={audit.review}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Group align="end">
          <TextInput
            type="month"
            label={audit.month}
            value={month}
            onChange={({ currentTarget }) => setMonth(currentTarget.value)}
            required
          />
          <Button type="submit" variant="default" loading={making.isPending}>
            {audit.reviewGo}
          </Button>
        </Group>
      </form>
      {making.isError && <ProblemAlert error={making.error} />}
    </Card>
  );
}
