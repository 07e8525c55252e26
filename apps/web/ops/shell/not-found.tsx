import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';

export function NotFound(): ReactNode {
  const { app } = useWords();
  return (
    <Stack gap="xs">
      <Title order={1} size="h2">
        {app.notFound}
      </Title>
      <Text>{app.notFoundText}</Text>
    </Stack>
  );
}
