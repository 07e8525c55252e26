import { koreanDayOf } from '#libs/domain';
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { send } from '../api/client.js';
import { Card } from '../components/card.js';
import { ProblemAlert } from '../components/states.js';
import { download } from '../../shared/download.js';
import { useWords } from '../words/language.js';

const mediaTypes = { html: 'text/html', csv: 'text/csv' } as const;
type Ending = keyof typeof mediaTypes;

/**
 * Downloads the report of a month for the monthly review of access rights: who had access and what they did, and what was
 * overlooked. It is in the language of the console.
 */
export function AccessReview(): ReactNode {
  const { audit } = useWords();
  const [month, setMonth] = useState(() => koreanDayOf(new Date()).slice(0, 7));
  const making = useMutation({
    mutationFn: async (ending: Ending) => {
      const answer = await send('reviewAccess', { query: { month }, accept: mediaTypes[ending] });
      download(`access-review-${month}.${ending}`, await answer.blob());
    },
  });
  const button = (ending: Ending, label: string) => (
    <Button
      variant="default"
      loading={making.isPending && making.variables === ending}
      disabled={making.isPending || month === ''}
      onClick={() => making.mutate(ending)}
    >
      {label}
    </Button>
  );
  return (
    <Card title={audit.review}>
      <Text>{audit.reviewText}</Text>
      <Group align="end">
        <TextInput
          type="month"
          label={audit.month}
          value={month}
          onChange={({ currentTarget }) => setMonth(currentTarget.value)}
          required
        />
        {button('html', audit.reviewToPrint)}
        {button('csv', audit.reviewAsTable)}
      </Group>
      {making.isError && <ProblemAlert error={making.error} />}
    </Card>
  );
}
