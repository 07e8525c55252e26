import type { SampleStaff } from './sample-staff.js';

/** One button per member of the sample staff. The names are constants, so nothing needs escaping. */
export const signInPage = (path: string, staff: readonly SampleStaff[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Reseal sandbox</title>
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }
button { display: block; width: 100%; margin: .5rem 0; padding: .7rem 1rem; font: inherit; text-align: left; cursor: pointer; }
small { opacity: .8; }
</style>
</head>
<body>
<main>
<h1>Who are you?</h1>
<p lang="ko">누구로 로그인하시겠습니까? 가상의 직원입니다.</p>
<p>Fictional staff of a fictional bank. There are no passwords in the sandbox.</p>
${staff
  .map(
    ({ name, displayName, roles }) =>
      `<form method="post" action="${path}/${name}"><button>${displayName} <small>${roles.join(', ')}</small></button></form>`,
  )
  .join('\n')}
</main>
</body>
</html>
`;

/** @param form the provider's form, which has the id `op.logoutForm` */
export const signOutPage = (form: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Sign out · Reseal sandbox</title>
</head>
<body>
<main>
<h1>Sign out</h1>
${form}
<button autofocus type="submit" form="op.logoutForm" name="logout" value="yes">Sign out · <span lang="ko">로그아웃</span></button>
</main>
</body>
</html>
`;
