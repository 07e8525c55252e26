import { Alert, Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Loading } from '../components/states.js';
import { session, type SessionState } from '../session/session.js';
import { useWords } from '../words/language.js';
import { Preferences } from './preferences.js';

/** The sign-in page, or why a sign-in is not possible. */
export function SignIn({ state }: { state: SessionState }): ReactNode {
  const { signIn, app, common } = useWords();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder radius="md" p="xl" w="26rem" maw="100%">
        <Stack>
          <Title order={1} size="h3">
            {app.name}
          </Title>
          {state.status === 'restoring' && (
            <>
              <Text>{signIn.restoring}</Text>
              <Loading />
            </>
          )}
          {state.status === 'signed-out' && (
            <>
              {state.failed && (
                <Alert color="red" role="alert">
                  {signIn.failed}
                </Alert>
              )}
              <Text>{signIn.text}</Text>
              <Button onClick={() => void session.signIn()}>{signIn.go}</Button>
            </>
          )}
          {state.status === 'unreachable' && (
            <>
              <Alert color="red" role="alert" title={signIn.unreachable}>
                {signIn.unreachableText}
              </Alert>
              <Button variant="default" onClick={() => void session.restore()}>
                {common.retry}
              </Button>
            </>
          )}
          {state.status === 'signed-in' && (
            <>
              <Alert color="red" role="alert" title={signIn.noRoles}>
                {signIn.noRolesText}
              </Alert>
              <Button variant="default" onClick={() => void session.signOut()}>
                {app.signOut}
              </Button>
            </>
          )}
          <Preferences />
        </Stack>
      </Paper>
    </Center>
  );
}
