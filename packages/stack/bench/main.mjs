const [suite, ...args] = process.argv.slice(2);
if (suite === 'local-okta') {
  const { benchLocalOkta } = await import('./local-okta/main.mjs');
  await benchLocalOkta(args);
} else if (suite === 'oidc' || suite === 'start-up') {
  const { benchApps } = await import('./apps/main.mjs');
  await benchApps(suite, args);
} else if (suite !== undefined && !suite.startsWith('-')) {
  throw new Error(
    `There is no benchmark ${suite}; there are local-okta, oidc, start-up, and that of LDAP without a name.`,
  );
} else {
  await import('./sign-in.mjs');
}
