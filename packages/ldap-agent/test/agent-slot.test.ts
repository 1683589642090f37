import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { claimSlot } from '../src/agent-slot.ts';

const module = new URL('../dist/agent-slot.js', import.meta.url).href;
const children: ChildProcess[] = [];
const dir = mkdtempSync(join(tmpdir(), 'agent-slot-test-'));
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(dir, { recursive: true, force: true });
});

/** A process that claims a slot, tells its number, and stays. */
async function claimant(): Promise<{ child: ChildProcess; slot: number }> {
  const script = `import { claimSlot } from ${JSON.stringify(module)};
    const { number } = await claimSlot(${JSON.stringify(dir)});
    console.log(number);
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, slot: Number(String(line)) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const slotsOf = (claimed: readonly { slot: number }[]) => claimed.map(({ slot }) => slot).sort();

describe('slots of a shared state directory', () => {
  it('are one for each process, and free again when one is killed', async () => {
    const three = await Promise.all([claimant(), claimant(), claimant()]);
    expect(slotsOf(three)).toEqual([1, 2, 3]);
    const second = three.find(({ slot }) => slot === 2);
    await kill(second?.child as ChildProcess); // there is one, by the line above
    expect((await claimant()).slot).toBe(2);
    expect((await claimant()).slot).toBe(4);
  });

  it('left behind by killed processes are taken over by one each, however many come at once', async () => {
    await Promise.all((await Promise.all([claimant(), claimant()])).map(({ child }) => kill(child)));
    expect(readdirSync(dir).sort()).toEqual(['agent-1.lock', 'agent-2.lock']);
    const four = await Promise.all([claimant(), claimant(), claimant(), claimant()]);
    expect(new Set(slotsOf(four)).size).toBe(4);
    expect(readdirSync(dir).filter((name) => !name.startsWith('agent-'))).toEqual([]);
  });

  it('are given back, and refused where no directory can be made', async () => {
    const first = await claimSlot(dir);
    const second = await claimSlot(dir);
    expect([first.number, second.number]).toEqual([1, 2]);
    first.release();
    expect((await claimSlot(dir)).number).toBe(1);
    second.release();
    writeFileSync(join(dir, 'file'), '');
    await expect(claimSlot(join(dir, 'file'))).rejects.toThrow();
  });
});
