import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory, type TestDirectory } from '@ldap-to-okta/test-directory';
import LdapAuth from 'ldapauth-fork';
import { entry, result, startFakeDirectory } from './fake-directory.mts';
import { signIn } from './sign-in.mts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('the life of pools and handles', () => {
  let directory: TestDirectory;

  const options = (): LdapAuth.Options => ({
    url: directory.url,
    searchBase: 'ou=users,dc=example,dc=org',
    searchFilter: '(cn={{username}})',
    bindDN: directory.adminDn,
    bindCredentials: directory.adminPassword,
  });

  beforeAll(async () => {
    directory = await startDirectory();
  });
  afterAll(async () => {
    await LdapAuth.closePools();
    await directory?.remove();
  });

  it.each(['ldap', 'ldaps', 'starttls'])(
    'does not keep a process alive with idle connections over %s',
    async (kind) => {
      const over = {
        ...options(),
        url: kind === 'ldaps' ? directory.ldapsUrl : directory.url.replace('127.0.0.1', 'localhost'),
        starttls: kind === 'starttls',
      };
      const code = `
      const LdapAuth = require('ldapauth-fork');
      const ca = require('node:fs').readFileSync(${JSON.stringify(directory.caFile)});
      const options = { ...${JSON.stringify(over)}, tlsOptions: { ca } };
      let left = 20;
      const next = (error, user) => {
        if (error) throw error;
        left -= 1;
        if (left === 0) console.log(user.uid);
        else if (left >= 16) new LdapAuth(options).authenticate('user01', 'password1', next);
      };
      for (let at = 0; at < 16; at += 1) new LdapAuth(options).authenticate('user01', 'password1', next);`;
      const child = spawn(process.execPath, ['-e', code], { cwd: packageFolder, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      const startedAt = performance.now();
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(output).toBe('user01\n');
      // Far less than the five minutes after which idle connections are closed.
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    },
  );

  it('calls back once, later, also when the handle was closed in between', async () => {
    const calls: unknown[] = [];
    await new Promise<void>((resolve) => {
      const auth = new LdapAuth(options());
      auth.authenticate('user01', 'password1', (error, user) => {
        calls.push(error ?? user?.uid);
        resolve();
      });
      expect(calls).toEqual([]);
      auth.close(() => calls.push('closed'));
      auth.close();
    });
    expect(calls).toEqual(['closed', 'user01']);
  });

  it('never emits an error beside the callback', async () => {
    const auth = new LdapAuth({ ...options(), url: 'ldap://127.0.0.1:1' });
    const emitted: unknown[] = [];
    auth.on('error', (error) => emitted.push(error));
    const error = await new Promise((resolve) => auth.authenticate('user01', 'password1', resolve));
    expect(error).toMatchObject({ code: 'unavailable', detail: 'connection-refused' });
    expect(emitted).toEqual([]);
  });

  it('opens anew after its pools were closed', async () => {
    const same = options();
    await signIn(same, 'user01', 'password1');
    await LdapAuth.closePools(same);
    expect(await signIn(same, 'user01', 'password1')).toMatchObject({ user: { uid: 'user01' } });
  });

  it('takes as long for a name that nobody has as for a password that was checked slowly', async () => {
    const slow = await startFakeDirectory((request) => {
      if (request.kind === 'search') {
        const isKnown = known;
        return isKnown ? Buffer.concat([entry(request, 'cn=known,dc=x'), result(request, 0)]) : result(request, 0);
      }
      if (request.dn === 'cn=known,dc=x') {
        setTimeout(() => request.socket.write(result(request, 49)), 60);
        return undefined;
      }
      return result(request, 49);
    });
    let known = true;
    const server: LdapAuth.Options = { url: slow.url, searchBase: 'dc=x', searchFilter: '(cn={{username}})' };
    const took = async (): Promise<number> => {
      const startedAt = performance.now();
      expect(await signIn(server, 'somebody', 'wrong')).toEqual({ refused: 'invalid-credentials' });
      return performance.now() - startedAt;
    };

    await took();
    known = false;
    expect(await took()).toBeGreaterThan(55);
    await LdapAuth.closePools(server);
    await slow.close();
  });
});
