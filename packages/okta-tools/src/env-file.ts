import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { type EnvEdit, setInEnvText } from './env-text.ts';
import { ToolError } from './tool-error.ts';

/** What the apps will read of it; nothing when there is no such file. @throws ToolError `env-file` */
export async function readEnvFile(path: string): Promise<Readonly<Record<string, string>>> {
  const bytes = await read(path);
  const values = parseEnv(bytes?.toString('utf8') ?? '');
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * Sets variables in a `.env` file and leaves the rest as it is, byte by byte. A new file is its owner's alone (0600), an
 * old one keeps its mode. Whoever reads it meanwhile sees the old text or the new one, never half of it.
 * @throws ToolError `env-file`
 */
export async function setInEnvFile(
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<Pick<EnvEdit, 'changed' | 'repeated'>> {
  const before = await read(path);
  // latin1: every byte is a character and comes back as it was, whatever the encoding
  const { text, changed, repeated } = setInEnvText(before?.toString('latin1') ?? '', values);
  if (changed.length > 0) await replace(path, Buffer.from(text, 'latin1'), before);
  return { changed, repeated };
}

/** Whether it could be written; asked before something is made whose secret belongs there. @throws ToolError */
export async function assertWritable(path: string): Promise<void> {
  await read(path);
  try {
    await access(dirname(await target(path)), constants.W_OK);
  } catch (error) {
    throw failure(path, 'written', error);
  }
}

async function read(path: string): Promise<Buffer | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw failure(path, 'read', error);
  }
  if (bytes.includes(0)) {
    throw new ToolError('env-file', `${path} is not plain text: it has zero bytes, as in UTF-16. Save it as UTF-8.`);
  }
  return bytes;
}

/** The file itself where the path is a link to it: the link stays one. */
const target = (path: string): Promise<string> =>
  realpath(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return path;
    throw error;
  });

async function replace(path: string, bytes: Buffer, before: Buffer | undefined): Promise<void> {
  let temporary: string | undefined;
  try {
    const file = await target(path);
    const old = before === undefined ? undefined : await stat(file);
    temporary = join(dirname(file), `.env-${randomBytes(6).toString('hex')}.tmp`);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      if (old !== undefined) await handle.chmod(old.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // run as another user, such as root, the file still belongs to whom it did
    if (old !== undefined && old.uid !== process.getuid?.()) await chown(temporary, old.uid, old.gid);
    const now = await read(file);
    if (now === undefined ? before !== undefined : before?.equals(now) !== true) {
      throw new ToolError('env-file', `${path} was changed by something else meanwhile; run this again.`);
    }
    await rename(temporary, file);
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw error instanceof ToolError ? error : failure(path, 'written', error);
  }
}

function failure(path: string, what: 'read' | 'written', cause: unknown): ToolError {
  const code = codeOf(cause);
  const why =
    { ENOENT: 'its folder does not exist', EACCES: 'that is not allowed', EISDIR: 'it is a folder' }[code] ?? code;
  return new ToolError('env-file', `${path} cannot be ${what}: ${why}.`, { cause });
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown reason';
