// Runs one engine in a process of its own, because the stock engine can end it:
//   node engine-child.cjs ours|stock direct|strategy <JSON of { options, username, password, times? }>
// Prints one line of JSON for what came of it: every callback, every completion of the strategy.
const Module = require('node:module');

const [, , engine, through, json] = process.argv;
const { options, username, password } = JSON.parse(json);
if (options.tlsOptions?.caFile !== undefined) {
  options.tlsOptions = { ca: require('node:fs').readFileSync(options.tlsOptions.caFile) };
}

if (engine === 'stock') {
  // What npm would install under passport-ldapauth without this package's override.
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) =>
    resolve(request === 'ldapauth-fork' ? 'stock-ldapauth-fork' : request, ...rest);
}
const LdapAuth = require('ldapauth-fork');
const { Strategy } = require('passport-ldapauth');

const outcomes = [];
function tell(outcome) {
  outcomes.push(outcome);
  process.send({ outcomes });
}

function describe(error) {
  return typeof error === 'string'
    ? { error: { message: error } }
    : { error: { name: error.name, message: error.message, code: error.code, detail: error.detail } };
}

function direct() {
  const auth = new LdapAuth(options);
  auth.on('error', () => {});
  auth.authenticate(username, password, (error, user) => {
    auth.close(() => {});
    tell(error ? describe(error) : { user });
  });
}

function strategy() {
  const made = new Strategy({ server: options }, (user, done) => done(null, user));
  made.success = (user) => tell({ user });
  made.fail = (challenge, status) => tell({ fail: challenge, status });
  made.error = (error) => tell(describe(error));
  try {
    made.authenticate({ body: { username, password } }, {});
  } catch (error) {
    // As Express would catch it.
    tell({ thrown: error.message });
  }
}

process.on('message', () => process.exit(0));
(through === 'direct' ? direct : strategy)();
