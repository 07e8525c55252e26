import { Button, Center, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';

/** Our own mistake: the page could not be shown. Loading it again is safe; nothing is sent by itself. */
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
