import type { StaffRole } from '#libs/domain';
import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';

/** A page for people with one of the roles; others see which roles it needs. The API checks the roles too. */
export function ForRoles({
  roles,
  children,
}: {
  roles: readonly StaffRole[];
  children: ReactNode;
}): ReactNode {
  const me = useMe();
  const { app, role } = useWords();
  if (me.is(...roles)) return children;
  return (
    <Stack gap="xs">
      <Title order={1} size="h2">
        {app.noAccess}
      </Title>
      <Text>
        {app.noAccessText} {roles.map((name) => role[name]).join(', ')}
      </Text>
    </Stack>
  );
}
