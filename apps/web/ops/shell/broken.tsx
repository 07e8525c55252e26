import { Button, Center, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';

/** Shown after a bug in the console. A reload is safe: the page sends nothing by itself. */
export function Broken(): ReactNode {
  const { app, common } = useWords();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack role="alert" align="center">
        <Text fw={600}>{app.broke}</Text>
        <Button onClick={() => location.reload()}>{common.retry}</Button>
      </Stack>
    </Center>
  );
}
