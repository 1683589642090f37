import express, { type Request, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { invalid, OktaError } from '../http/okta-error.ts';
import type { UserRecord } from './directory-records.ts';
import type { LdapIntegration } from './integration.ts';
import { parseSettings } from './settings.ts';

const importRequest = z.strictObject({ kind: z.enum(['full', 'incremental']).default('incremental') });

const signInRequest = z.strictObject({
  username: z.string(),
  password: z.string(),
  deadlineMs: z.number().int().min(100).max(60_000).optional(),
});

const confirmRequest = z.strictObject({
  /** Default: every result with an exact match or none. Partial ones want a decision. */
  matches: z.array(z.enum(['exact', 'partial', 'none'])).optional(),
  assignments: z
    .array(
      z.strictObject({
        externalId: z.string(),
        action: z.enum(['match', 'new', 'ignore']).optional(),
        userId: z.string().optional(),
      }),
    )
    .optional(),
  activate: z.boolean().optional(),
});

/** Controls of the directory integration. Okta has no public API for them: they lie under `/local`. */
export function createIntegrationRoutes(
  { directory, config, services }: Context,
  integration: LdapIntegration,
): Router {
  const router = Router();

  // Tells a health check how far the set-up is, and nothing else.
  router.get('/local/setup', (_request, response) => {
    response.json({
      setup: config.setup,
      state: integration.state(),
      ldapIntegrationId: integration.app()?.id ?? null,
    });
  });

  const guarded = Router();
  guarded.use(requireApiToken(directory), requireSuperAdmin(directory), express.json({ limit: '20mb' }));
  router.use('/local/integration', guarded);

  guarded.get('/', (_request, response) => {
    response.json({
      id: integration.app()?.id ?? null,
      root: integration.root() ?? null,
      configured: integration.app()?.settings !== undefined,
      state: integration.state(),
      pending: integration.records.countPending(),
      running: integration.jobs.running() ?? null,
    });
  });

  guarded.get('/settings', (_request, response) => {
    response.json(integration.settings() ?? noAgent());
  });

  guarded.put('/settings', (request, response) => {
    const before = integration.app()?.settings;
    const given: unknown = request.body?.delegatedAuthentication;
    // Whoever's password the directory has kept must be able to sign in afterwards: that switch sees to it.
    if (before !== undefined && typeof given === 'boolean' && given !== before.delegatedAuthentication) {
      const problem = 'is switched by PUT /local/delegated-authentication, which takes care of the passwords';
      throw wrongSettings([{ setting: 'delegatedAuthentication', problem }]);
    }
    // Left out, these stay as they are: their defaults would undo a cut-over.
    const kept = before && {
      delegatedAuthentication: before.delegatedAuthentication,
      sourcesProfiles: before.sourcesProfiles,
      ...(before.delegatedAuthentication ? {} : { justInTime: false }),
    };
    const body: unknown = request.body;
    const result =
      integration.configure(typeof body === 'object' && body !== null ? { ...kept, ...body } : body) ?? noAgent();
    if (!result.ok) throw wrongSettings(result.problems);
    response.json(result.settings);
  });

  guarded.post('/test', async (request, response) => {
    const stored = integration.settings() ?? noAgent();
    const given: unknown = request.body;
    const own = typeof given === 'object' && given !== null && Object.keys(given).length > 0;
    const result = own ? parseSettings(given, integration.root() ?? '') : { ok: true as const, settings: stored };
    if (!result.ok) throw wrongSettings(result.problems);
    response.json((await integration.test(result.settings)) ?? noAgent());
  });

  // As Okta's "Test Delegated Authentication": tells the outcomes apart that a sign-in page must not tell.
  guarded.post('/test-sign-in', async (request, response) => {
    const { username, password, deadlineMs } = parse(signInRequest, request);
    if (services.authenticate === undefined) throw new OktaError('E0000060');
    const result = await services.authenticate(username, password, {
      deadlineMs,
      client: { ipAddress: request.socket.remoteAddress },
    });
    response.json({ outcome: result.outcome, userId: result.user?.id ?? null });
  });

  guarded.post('/imports', (request, response) => {
    const run = integration.startImport(parse(importRequest, request).kind);
    if (run === 'busy') throw new OktaError('E0000001', { detail: 'another import is running', status: 409 });
    if (run === 'not-configured')
      throw new OktaError('E0000001', { detail: 'the integration is not configured yet', status: 409 });
    response.status(202).location(`/local/integration/imports/${run.id}`).json(run);
  });

  guarded.get('/imports', (_request, response) => {
    response.json(integration.runs.list(50));
  });

  guarded.get('/imports/:id', (request, response) => {
    response.json(runOf(request));
  });

  guarded.get('/imports/:id/problems', (request, response) => {
    response.json(
      integration.runs.problems(runOf(request).id, Number(request.query.after ?? 0) || 0, limitOf(request)),
    );
  });

  guarded.post('/imports/:id/cancel', (request, response) => {
    const { id } = runOf(request);
    if (!integration.jobs.cancel(id))
      throw new OktaError('E0000001', { detail: 'this import is not running', status: 409 });
    response.status(202).json(runOf(request));
  });

  guarded.get('/results', (request, response) => {
    const after =
      typeof request.query.after === 'string' && !request.query.after.includes('\0') ? request.query.after : '';
    response.json(integration.records.pending(after, limitOf(request)).map(viewResult));
  });

  guarded.post('/confirm', async (request, response) => {
    const { matches, assignments, activate } = parse(confirmRequest, request);
    const which = assignments ?? matches ?? (['exact', 'none'] as const);
    response.json((await integration.confirm(which, activate)) ?? noAgent());
  });

  function runOf(request: Request) {
    const run = integration.runs.get(String(request.params.id));
    if (run === undefined) throw new OktaError('E0000007', { detail: `${String(request.params.id)} (ImportRun)` });
    return run;
  }

  function viewResult(record: UserRecord) {
    const user = record.matchUserId === null ? undefined : directory.users.get(record.matchUserId);
    return {
      externalId: record.externalId,
      dn: record.dn,
      profile: record.profile,
      match: record.match,
      matches: user === undefined ? [] : [{ id: user.id, login: user.profile.login }],
      text: record.match === 'none' ? 'NO Okta user matches found' : `${record.match} match`,
      problem: record.problem,
    };
  }

  return router;
}

function noAgent(): never {
  throw new OktaError('E0000001', { detail: 'no LDAP agent has been connected yet', status: 409 });
}

function wrongSettings(problems: readonly { setting: string; problem: string }[]): OktaError {
  return new OktaError('E0000001', {
    detail: 'settings',
    causes: problems.map(({ setting, problem }) => `${setting}: ${problem}`),
  });
}

function limitOf(request: Request): number {
  const limit = Number(request.query.limit ?? 200);
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000 ? limit : 200;
}

function parse<Schema extends z.ZodType>(schema: Schema, request: Request): z.output<Schema> {
  const result = schema.safeParse(request.body ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(issue?.path.join('.') || 'body', ...result.error.issues.map(({ message }) => message));
}
