import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { startDirectory } from '@ldap-to-okta/test-directory';

const run = promisify(execFile);
const PATH = `${process.env.PATH}:/usr/sbin`;

/** Everybody's password. */
export const PASSWORD = 'password1';
export const nameOf = (number) => `p${String(number).padStart(6, '0')}`;

/**
 * The tutorial's OpenLDAP with `people` more users and some groups of theirs. They go in by slapadd, between a stop and a
 * start, with the container's own configuration and indexes: by ldapadd a hundred thousand take minutes.
 */
export async function startBigDirectory(people) {
  const directory = await startDirectory({ kind: 'slapd' });
  const work = await mkdtemp(join(tmpdir(), 'bench-ldif-'));
  try {
    const ldif = join(work, 'people.ldif');
    await pipeline(Readable.from(ldifOf(people, directory.base)), createWriteStream(ldif));
    await directory.stop();
    const config = join(dirname(dirname(directory.caFile)), 'data', 'config');
    await run('slapadd', ['-q', '-F', config, '-b', directory.base, '-l', ldif], { env: { ...process.env, PATH } });
    await directory.start();
    return directory;
  } catch (error) {
    await directory.remove();
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const TEAMS = 200;
const TEAM_SIZE = 50;

function* ldifOf(people, base) {
  const salt = Buffer.from('benchmark');
  const digest = createHash('sha512').update(PASSWORD).update(salt).digest();
  const hash = `{SSHA512}${Buffer.concat([digest, salt]).toString('base64')}`;
  for (let number = 1; number <= people; number += 1) {
    const name = nameOf(number);
    yield `dn: cn=${name},ou=users,${base}
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: shadowAccount
cn: ${name}
sn: Family${number % 5_000}
givenName: Given${number % 3_000}
mail: ${name}@example.com
uid: ${name}
uidNumber: ${10_000 + number}
gidNumber: 1000
homeDirectory: /home/${name}
userPassword: ${hash}

`;
  }
  const size = Math.min(TEAM_SIZE, Math.floor(people / TEAMS));
  for (let team = 0; team < TEAMS; team += 1) {
    const members = Array.from(
      { length: size },
      (_, at) => `memberUid: cn=${nameOf(team * size + at + 1)},ou=users,${base}`,
    );
    yield `dn: cn=team${team},ou=groups,${base}
objectClass: posixGroup
cn: team${team}
gidNumber: ${2_000 + team}
${members.join('\n')}

`;
  }
}

/**
 * Wall time in ms of what an import is measured against: OpenLDAP's own client reading the same entries and attributes,
 * in pages of the same size, with its output thrown away.
 */
export async function timeLdapsearch({ url, base, adminDn, adminPassword }, settings) {
  const attributes = ['entryUUID', 'modifyTimestamp', 'uid', 'shadowExpire', ...Object.values(settings.mapping)];
  const options = ['-x', '-LLL', '-H', url, '-D', adminDn, '-w', adminPassword, '-E', 'pr=500/noprompt'];
  const what = ['-b', `ou=users,${base}`, settings.userObjectFilter, ...new Set(attributes)];
  const started = performance.now();
  const child = spawn('ldapsearch', [...options, ...what], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ldapsearch ended with ${code}`);
  return performance.now() - started;
}
