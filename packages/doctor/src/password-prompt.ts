import type { ReadStream, WriteStream } from 'node:tty';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = /[\b\u007f]/;

/** Asks on a terminal and shows nothing of what is typed. Undefined when nothing was. Ctrl-C ends the process. */
export function askPassword(question: string, input: ReadStream, output: WriteStream): Promise<string | undefined> {
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8').resume();
  return new Promise((resolve) => {
    let typed = '';
    const end = (): void => {
      input.off('data', read);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
    };
    const read = (chunk: string): void => {
      for (const letter of chunk) {
        if (letter === CTRL_C) {
          end();
          process.exit(130);
        }
        if (letter === '\r' || letter === '\n' || letter === CTRL_D) {
          end();
          resolve(typed === '' ? undefined : typed);
          return;
        }
        typed = BACKSPACE.test(letter) ? [...typed].slice(0, -1).join('') : typed + letter;
      }
    };
    input.on('data', read);
  });
}
