import { Button, Group, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { otherLanguage } from '../../shared/language.js';
import { languageChoice, useLanguage, useWords } from '../words/language.js';

/** Language and colour scheme; this browser keeps them. */
export function Preferences(): ReactNode {
  const language = useLanguage();
  const { app } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const other = otherLanguage(language);
  return (
    <Group gap="xs" wrap="nowrap">
      <Button size="xs" variant="default" lang={other} onClick={() => languageChoice.choose(other)}>
        {app.language}
      </Button>
      <Button size="xs" variant="default" onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? app.light : app.dark}
      </Button>
    </Group>
  );
}
