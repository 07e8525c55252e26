import { Alert, AppShell, Box, Burger, Button, Group, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { useLiveChanges, type LiveStatus } from '../api/live.js';
import { paths } from '../paths.js';
import { session } from '../session/session.js';
import { useMe, useSession } from '../session/use-session.js';
import { useWords } from '../words/language.js';
import { Preferences } from './preferences.js';
import { SignIn } from './sign-in.js';

/** The frame of every page: menu, account, and whether live updates arrive. */
export function Shell(): ReactNode {
  const state = useSession();
  const signedIn = state.status === 'signed-in' && state.me.roles.length > 0;
  return signedIn ? <Frame ended={state.ended} /> : <SignIn state={state} />;
}

function Frame({ ended }: { ended: boolean }): ReactNode {
  const { app, signIn } = useWords();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const live = useLiveChanges(!ended);
  const main = useFocusOnNewPage(pathname);
  useEffect(close, [close, pathname]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#main">
        {app.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={app.openMenu} />
            <img src="/seal.svg" width="28" height="28" alt="" />
            <Text fw={700} visibleFrom="xs">
              {app.name}
            </Text>
          </Group>
          <Group gap="md" wrap="nowrap">
            <Live status={live} />
            <Preferences />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={app.menu}>
        <Menu pathname={pathname} />
        <Account />
      </AppShell.Navbar>
      <AppShell.Main>
        <Box id="main" ref={main} tabIndex={-1} maw="80rem" className="main">
          {ended && (
            <Alert color="yellow" role="alert" title={signIn.ended} mb="md">
              <Stack gap="xs" align="flex-start">
                <Text size="sm">{signIn.endedText}</Text>
                <Button size="xs" onClick={() => void session.signIn()}>
                  {signIn.go}
                </Button>
              </Stack>
            </Alert>
          )}
          <Outlet />
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}

/** Moves the focus to the start of each new page, for screen readers and keyboards. */
function useFocusOnNewPage(pathname: string) {
  const main = useRef<HTMLDivElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return main;
}

function Menu({ pathname }: { pathname: string }): ReactNode {
  const { app } = useWords();
  const me = useMe();
  const entries = [
    [paths.home, app.home],
    [paths.reissues, app.reissues],
    [paths.operations, app.operations],
    [paths.certificates, app.certificates],
    [paths.authority, app.authority],
    [paths.webhooks, app.webhooks],
    ...(me.is('auditor') ? [[paths.audit, app.audit] as const] : []),
    [paths.evidence, app.evidence],
  ] as const;
  return (
    <Box flex={1}>
      {entries.map(([to, label]) => {
        const here = to === paths.home ? pathname === to : pathname.startsWith(to);
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={here}
            variant="filled"
            aria-current={here ? 'page' : undefined}
            className="menu-entry"
          />
        );
      })}
    </Box>
  );
}

function Account(): ReactNode {
  const me = useMe();
  const { app, role } = useWords();
  return (
    <Stack gap={6} p="xs">
      <Text size="sm" fw={600}>
        {me.name}
      </Text>
      <Text size="xs" c="dimmed">
        {me.roles.map((name) => role[name]).join(' · ')}
      </Text>
      <Button size="xs" variant="default" onClick={() => void session.signOut()}>
        {app.signOut}
      </Button>
    </Stack>
  );
}

const tones: Record<LiveStatus, string> = { live: 'good', connecting: 'calm', broken: 'wait' };
function Live({ status }: { status: LiveStatus }): ReactNode {
  const { app } = useWords();
  return (
    <Text size="sm" component="span" role="status" className={`tone tone-${tones[status]}`} visibleFrom="xs">
      {app[status]}
    </Text>
  );
}
