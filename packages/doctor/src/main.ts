import { fileURLToPath } from 'node:url';
import { runDoctor } from './doctor.ts';
import { askPassword } from './password-prompt.ts';

const { stdin, stdout, stderr } = process;

runDoctor(process.argv.slice(2), {
  root: fileURLToPath(new URL('../../../', import.meta.url)),
  environment: process.env,
  stdout: (text) => stdout.write(text),
  stderr: (text) => stderr.write(text),
  isTerminal: stdout.isTTY,
  askPassword: stdin.isTTY ? (question) => askPassword(question, stdin, stderr) : undefined,
})
  .catch((error: unknown) => {
    // what is known is one line; what is not must show where it comes from
    console.error(error);
    return 1;
  })
  // a name that is still being looked up would keep the process; what was written is out before it ends
  .then((code) => stdout.write('', () => process.exit(code)));
