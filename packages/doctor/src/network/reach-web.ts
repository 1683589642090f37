import { type Exam, failed, type Need, ok, type Section } from '../exam.ts';
import { checkName } from './addresses.ts';
import { checkPort } from './port.ts';
import { checkTls } from './tls.ts';

export interface WebOptions {
  readonly exam: Exam;
  readonly section: Section;
  readonly id: string;
  /** `https://integrator-1234567.okta.com`; undefined when no variable names it. */
  readonly url: string | undefined;
  readonly fit: Need<unknown>;
  readonly variable: string;
  readonly start: string;
  readonly timeoutMs: number;
}

/** Name, port and TLS of a web server; the value is its address. */
export function reachWeb({ exam, section, id, url, fit, variable, start, timeoutMs }: WebOptions): Need<string> {
  const { protocol = '', hostname = '', port = '' } = url !== undefined && URL.canParse(url) ? new URL(url) : {};
  const host = hostname.replace(/^\[|\]$/g, '');
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const name = section.check(`${id}.name`, 'host name', async (use) => {
    await use(fit);
    return host === ''
      ? failed(`${variable} names no host`, `Set ${variable} to the address of your org.`)
      : checkName({ name: host, variable }, timeoutMs);
  });
  const socket = section.check(`${id}.port`, 'port', async (use) => {
    const verdict = await checkPort(await use(name), { host, port: number, variable, start }, timeoutMs);
    if ('value' in verdict) exam.atEnd(() => verdict.value.destroy());
    return verdict;
  });
  return section.check(`${id}.tls`, 'TLS', async (use) => {
    const open = await use(socket);
    const address = `${protocol}//${hostname}${port === '' ? '' : `:${port}`}`;
    if (protocol !== 'https:') {
      open.destroy();
      return ok(address, 'off: what is said stays on this computer');
    }
    const verdict = await checkTls(open, {
      host,
      port: number,
      ca: undefined,
      caVariable: 'NODE_EXTRA_CA_CERTS',
      withoutTls: `This may be a port for plain http: correct ${variable}.`,
      timeoutMs,
    });
    if (!('value' in verdict)) return verdict;
    verdict.value.destroy();
    return { ...verdict, value: address };
  });
}
