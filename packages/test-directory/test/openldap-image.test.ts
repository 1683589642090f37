import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildImage, DockerRoom, docker, haveDocker, until } from './docker.ts';

const root = `dn: dc=example,dc=org
objectClass: organization
objectClass: dcObject
o: Example
dc: example
`;
const person = (name: string): string => `dn: cn=${name},dc=example,dc=org
objectClass: inetOrgPerson
cn: ${name}
sn: Person
userPassword: a-secret-of-${name}
`;

(haveDocker ? describe : describe.skip)('the OpenLDAP image', () => {
  let room = new DockerRoom();
  let ldifs = '';
  beforeAll(buildImage, 300_000);
  beforeEach(async () => {
    room = new DockerRoom();
    ldifs = await mkdtemp(join(tmpdir(), 'image-test-'));
    await chmod(ldifs, 0o755);
    await write('10-root.ldif', root);
    await write('20-people.ldif', `${person('ada')}\n${person('bob')}`);
  });
  afterEach(async () => {
    await room.clear();
    await rm(ldifs, { recursive: true, force: true });
  });
  const write = (name: string, content: string): Promise<void> =>
    writeFile(join(ldifs, name), content, { mode: 0o644 });

  it('serves the LDIFs as an ordinary user, and its health is a search by the administrator', async () => {
    await room.run(ldifs);
    await room.untilHealthy();
    expect((await room.exec('id', '-u')).words.trim()).toBe('1389');
    expect((await room.exec('grep', '^Uid', '/proc/1/status')).words).toMatch(/^Uid:\s+1389\s+1389\s+1389\s+1389/);
    expect(await room.search('-b', 'dc=example,dc=org', '1.1')).toContain('dn: cn=bob,dc=example,dc=org');
    expect((await room.exec('/opt/openldap/healthcheck.sh')).code).toBe(0);
    const wrong = await docker('exec', '-e', 'LDAP_ADMIN_PASSWORD=wrong', room.name, '/opt/openldap/healthcheck.sh');
    expect(wrong.code).toBe(49);
  }, 60_000);

  it('keeps the data, the CA and nothing else when it is restarted or made anew', async () => {
    await room.run(ldifs);
    await room.untilHealthy();
    const ca = (await room.exec('cat', '/certs/ca.pem')).words;
    const change = 'dn: cn=ada,dc=example,dc=org\nchangetype: modify\nreplace: sn\nsn: Changed\n';
    await write('change', change);
    const modify = ['-x', '-H', 'ldap://127.0.0.1:1389', '-D', 'cn=admin,dc=example,dc=org', '-w', 'adminpassword'];
    expect((await room.exec('ldapmodify', ...modify, '-f', '/ldifs/change')).code).toBe(0);

    await docker('restart', room.name);
    await until(async () => (await room.search('-b', 'dc=example,dc=org', '(cn=ada)', 'sn')).includes('sn: Changed'));

    await room.removeContainer();
    await write('30-late.ldif', person('late'));
    await room.run(ldifs, { LDAP_ADMIN_PASSWORD: 'another', LDAP_TLS_NAMES: 'ldap.example.org,10.1.2.3' });
    await room.untilHealthy();
    expect(await room.logs()).toContain('loaded already');
    expect((await room.exec('cat', '/certs/ca.pem')).words).toBe(ca);
    const bind = ['ldapsearch', '-x', '-LLL', '-H', 'ldap://127.0.0.1:1389', '-D', 'cn=admin,dc=example,dc=org'];
    const found = await room.exec(...bind, '-w', 'another', '-b', 'dc=example,dc=org', 'sn');
    expect(found.words).toContain('sn: Changed');
    expect(found.words).not.toContain('cn=late');
    const names = await room.exec(
      'openssl',
      'x509',
      '-in',
      '/var/lib/openldap/tls/server.pem',
      '-noout',
      '-ext',
      'subjectAltName',
    );
    expect(names.words).toMatch(/DNS:localhost, DNS:openldap, IP Address:127.0.0.1/);
    expect(names.words).toMatch(/DNS:ldap.example.org, IP Address:10.1.2.3/);
  }, 60_000);

  it.each([
    [
      'an unknown object class',
      `${person('eve')}\ndn: cn=mallory,dc=example,dc=org\nobjectClass: nonsense\n`,
      7,
      /Invalid syntax/,
    ],
    [
      'a missing parent',
      `# a comment\n\n${person('eve')}\n\ndn: cn=x,ou=nowhere,dc=example,dc=org\nobjectClass: device\n`,
      10,
      /parent/,
    ],
    ['an entry that is there already', `version: 1\n\n${person('ada')}`, 3, /Already exists/],
    ['a line that is none', `${person('eve')}nonsense\n`, 6, /./],
    ['an entry outside LDAP_ROOT', 'dn: dc=other,dc=org\nobjectClass: domain\n', 1, /not below LDAP_ROOT/],
    [
      'a missing attribute',
      'dn: cn=eve,dc=example,dc=org\nobjectClass: person\ncn: eve\n',
      1,
      /requires attribute 'sn'/,
    ],
  ])(
    'stops at %s, says where and why, and loads from scratch after the correction',
    async (_, ldif, line, reason) => {
      await write('30-broken.ldif', ldif);
      await room.run(ldifs);
      expect(await room.end()).not.toBe(0);
      const logs = await room.logs();
      expect(logs).toContain(`/ldifs/30-broken.ldif:${line}: `);
      expect(logs).toMatch(reason);
      expect(logs).not.toContain('a-secret');

      await room.removeContainer();
      await write('30-broken.ldif', person('eve'));
      await room.run(ldifs);
      await room.untilHealthy();
      const names = await room.search('-b', 'dc=example,dc=org', '(objectClass=person)', '1.1');
      expect(names.match(/^dn: cn=\w+/gm)).toEqual(['dn: cn=ada', 'dn: cn=bob', 'dn: cn=eve']);
    },
    60_000,
  );

  it('starts from scratch after a kill in the middle of the first load', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => person(`p${i}`));
    await write('30-many.ldif', many.join('\n'));
    await room.run(ldifs);
    await until(async () => (await room.logs()).includes('20-people.ldif'));
    await docker('kill', room.name);
    expect((await room.logs()).includes('30-many.ldif')).toBe(false);

    await write('30-many.ldif', person('only'));
    await docker('start', room.name);
    await room.untilHealthy();
    const names = await room.search('-b', 'dc=example,dc=org', '(objectClass=person)', '1.1');
    expect(names.match(/^dn: /gm)).toHaveLength(3);
  }, 60_000);

  it('ends at once on SIGTERM, while it loads and while it serves', async () => {
    await write('30-many.ldif', Array.from({ length: 20_000 }, (_, i) => person(`p${i}`)).join('\n'));
    await room.run(ldifs);
    await until(async () => (await room.logs()).includes('20-people.ldif'));
    await docker('stop', '-t', '20', room.name);
    expect(await room.inspect('{{.State.ExitCode}}')).toBe('143');

    await write('30-many.ldif', person('only'));
    await docker('start', room.name);
    await room.untilHealthy();
    await docker('stop', '-t', '20', room.name);
    expect(await room.inspect('{{.State.ExitCode}}')).toBe('0');
  }, 60_000);

  it('shows the CA to other users and its key to nobody', async () => {
    await room.run(ldifs);
    await room.untilHealthy();
    const shared = await docker(
      'run',
      '--rm',
      '--user',
      '4711',
      '--entrypoint',
      'sh',
      '-v',
      `${room.certs}:/certs:ro`,
      await room.inspect('{{.Config.Image}}'),
      '-c',
      'cat /certs/*; ls /certs',
    );
    expect(shared.words).toContain('BEGIN CERTIFICATE');
    expect(shared.words).not.toContain('PRIVATE KEY');
    expect(shared.words.trim().split('\n').at(-1)).toBe('ca.pem');
    const keys = await room.exec('find', '/var/lib/openldap', '-perm', '/077', '-not', '-type', 'l');
    expect(keys.words.trim()).toBe('');
  }, 60_000);

  it('keeps passwords out of its logs, out of its arguments, and out of what it stores in clear', async () => {
    await room.run(ldifs, { LDAP_ADMIN_PASSWORD: 'unheard-of', LDAP_LOG_LEVEL: 'stats' });
    await room.untilHealthy();
    await room.exec(
      'ldapwhoami',
      '-x',
      '-H',
      'ldap://127.0.0.1:1389',
      '-D',
      'cn=ada,dc=example,dc=org',
      '-w',
      'a-secret-of-ada',
    );
    const logs = await room.logs();
    expect(logs).toContain('BIND dn="cn=ada,dc=example,dc=org"');
    const seen = logs + (await docker('top', room.name, '-eo', 'args')).words;
    const files = await room.exec(
      'grep',
      '-r',
      '-l',
      '-a',
      '-e',
      'unheard-of',
      '-e',
      'a-secret-of',
      '/var/lib/openldap',
      '/tmp',
      '/certs',
    );
    expect(seen).not.toMatch(/unheard-of|a-secret-of/);
    expect(files.words.trim()).toBe('');
    expect((await room.exec('cat', '/proc/1/environ')).words).not.toContain('unheard-of');
  }, 60_000);

  it('reports everything that is wrong with its settings at once', async () => {
    await room.run(ldifs, {
      LDAP_ROOT: 'example.org',
      LDAP_ADMIN_USERNAME: 'ad min',
      LDAP_ADMIN_PASSWORD: '',
      LDAP_TLS_NAMES: 'ldap example/org',
      LDAP_LDIFS_DIR: '/nowhere',
    });
    expect(await room.end()).not.toBe(0);
    const logs = await room.logs();
    for (const name of ['LDAP_ROOT', 'LDAP_ADMIN_USERNAME', 'LDAP_ADMIN_PASSWORD', 'LDAP_TLS_NAMES', '/nowhere']) {
      expect(logs).toContain(name);
    }
  }, 60_000);

  it('says that a folder or a file of LDIFs cannot be read', async () => {
    await chmod(join(ldifs, '20-people.ldif'), 0o600);
    await room.run(ldifs);
    expect(await room.end()).not.toBe(0);
    expect(await room.logs()).toContain('/ldifs/20-people.ldif cannot be read');
    await room.removeContainer();
    await chmod(ldifs, 0o700);
    await room.run(ldifs);
    expect(await room.end()).not.toBe(0);
    expect(await room.logs()).toContain('folder /ldifs cannot be read');
    await chmod(ldifs, 0o755);
  }, 60_000);

  it('takes another root, a whole DN as administrator, and no LDIF at all', async () => {
    await rm(join(ldifs, '10-root.ldif'));
    await rm(join(ldifs, '20-people.ldif'));
    const env = { LDAP_ROOT: 'o=Acme Corp,c=DE', LDAP_ADMIN_USERNAME: 'uid=root,o=Acme Corp,c=DE' };
    await room.run(ldifs, env);
    await room.untilHealthy();
    const whoAmI = [
      'ldapwhoami',
      '-x',
      '-H',
      'ldap://127.0.0.1:1389',
      '-D',
      env.LDAP_ADMIN_USERNAME,
      '-w',
      'adminpassword',
    ];
    expect((await room.exec(...whoAmI)).words.trim()).toBe('dn:uid=root,o=Acme Corp,c=DE');
  }, 60_000);

  it('refuses a volume that holds another directory, or that another server uses', async () => {
    await room.run(ldifs);
    await room.untilHealthy();
    const second = `${room.name}-second`;
    await room.run(ldifs, {}, second);
    expect(await room.end(second)).not.toBe(0);
    expect(await room.logs(second)).toContain('another OpenLDAP is running');

    await room.removeContainer();
    await room.run(ldifs, { LDAP_ROOT: 'dc=other,dc=org' });
    expect(await room.end()).not.toBe(0);
    expect(await room.logs()).toMatch(/holds a directory for dc=example,dc=org, and LDAP_ROOT is dc=other,dc=org/);
  }, 60_000);
});
