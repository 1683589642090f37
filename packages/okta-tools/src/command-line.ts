import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ToolError } from './tool-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options and nothing else, each at most once. @throws ToolError `usage` */
export function parseCommandLine<const O extends Options>(
  args: readonly string[],
  options: O,
): ReturnType<typeof parseArgs<{ options: O }>>['values'] {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, strict: true, tokens: true });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new ToolError('usage', `--${twice} is given twice. --help tells the options.`);
    return values;
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const [sentence = ''] = (error as Error).message.split(/\. |\n/); // parseArgs throws TypeErrors made for people
    throw new ToolError('usage', `${sentence.replace(/\.$/, '')}. --help tells the options.`, { cause: error });
  }
}
