const [suite, ...args] = process.argv.slice(2);
if (suite === 'local-okta') {
  const { benchLocalOkta } = await import('./local-okta/main.mjs');
  await benchLocalOkta(args);
} else {
  await import('./sign-in.mjs');
}
