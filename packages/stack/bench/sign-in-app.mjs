import express from 'express';
import session from 'express-session';

/**
 * The app that every contestant gets: a form post in, a session out. Only `check` differs.
 * `check(request, response)` resolves to a username, or undefined for a refusal.
 */
export function createSignInApp(check) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.urlencoded({ extended: false }));
  app.use(session({ secret: 'benchmark', resave: false, saveUninitialized: false }));
  app.post('/login', async (request, response) => {
    const username = await check(request, response);
    if (username === undefined) return void response.status(401).json({ error: 'no' });
    await new Promise((resolve, reject) => {
      request.session.regenerate((error) => (error ? reject(error) : resolve()));
    });
    request.session.username = username;
    response.json({ username });
  });
  return app;
}
