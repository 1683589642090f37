import type { Code, Image, Nodes, Paragraph, PhrasingContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { PageError, type Step, type Way, ways } from './action.ts';
import { readSentence } from './sentence.ts';

/**
 * The steps of a page, in their order: `console` fences, pictures, and the sentences of numbered lists. The rest is
 * for people alone, block quotes with all that is in them included.
 * @throws PageError for a numbered step that nobody could do as it is written
 */
export function readPage(markdown: string): readonly Step[] {
  const steps: Step[] = [];
  const visit = (node: Nodes, numbered: boolean): void => {
    if (node.type === 'blockquote') return;
    if (node.type === 'code') return void steps.push(...readFence(node));
    if (node.type === 'paragraph') return void steps.push(...readParagraph(node, numbered));
    if (!('children' in node)) return;
    const before = steps.length;
    const inSteps = node.type === 'list' ? node.ordered === true : numbered;
    for (const child of node.children) visit(child, inSteps);
    if (node.type === 'listItem' && numbered && steps.length === before) {
      throw new PageError(lineOf(node), 'nothing in this numbered step can be done as it is written');
    }
  };
  visit(fromMarkdown(markdown), false);
  return steps;
}

const lineOf = (node: Nodes): number => node.position?.start.line ?? 0;

/** `$ command`, and below it what it prints. `console node`: for those who use Node. `fails`: ends with an error. */
function readFence(node: Code): Step[] {
  if (node.lang !== 'console') return [];
  const words = (node.meta ?? '').split(/\s+/).filter(Boolean);
  const way = ways.find((name) => words.includes(name));
  const unknown = words.find((word) => word !== way && word !== 'fails');
  if (unknown !== undefined)
    throw new PageError(lineOf(node), `a console fence knows node, docker, fails; not ${unknown}`);
  const steps: Step[] = [];
  node.value.split('\n').forEach((text, index) => {
    if (text.startsWith('$ ')) {
      const output: string[] = [];
      const command = text.slice(2).trim();
      const action = { kind: 'run', command, output, fails: words.includes('fails') } as const;
      steps.push({ line: lineOf(node) + 1 + index, text, ...(way && { way }), action });
      return;
    }
    const action = steps.at(-1)?.action;
    if (action?.kind !== 'run') throw new PageError(lineOf(node), 'a console fence begins with "$ " and a command');
    (action.output as string[]).push(text); // of this loop alone until it is returned
  });
  return steps;
}

function readParagraph(node: Paragraph, numbered: boolean): Step[] {
  const line = lineOf(node);
  const steps: Step[] = [];
  let words = '';
  const endOfWords = (): void => {
    if (numbered) steps.push(...readSentences(words, line));
    words = '';
  };
  for (const child of node.children) {
    if (child.type === 'image') {
      endOfWords();
      steps.push(readPicture(child));
    } else words += write(child);
  }
  endOfWords();
  return steps;
}

const readPicture = (node: Image): Step => ({
  line: lineOf(node),
  text: `![${node.alt ?? ''}](${node.url})`,
  // a title says in what it differs from time to time
  action: { kind: 'picture', file: node.url, variable: (node.title ?? '') !== '' },
});

const prefixes: Readonly<Record<string, Way>> = { 'With Node: ': 'node', 'With Docker: ': 'docker' };

function readSentences(text: string, line: number): Step[] {
  return sentencesOf(text).flatMap((whole) => {
    const [prefix = '', way] = Object.entries(prefixes).find(([words]) => whole.startsWith(words)) ?? [];
    const sentence = whole
      .slice(prefix.length)
      .replace(/^./, (letter) => (prefix === '' ? letter : letter.toUpperCase()));
    const action = readSentence(sentence);
    if (action === undefined) return [];
    if (action === 'unknown') {
      throw new PageError(
        line,
        `this is no form of step that is known: "${whole}". npm run tutorial -- --help lists them`,
      );
    }
    return [{ line, text: whole, ...(way && { way }), action }];
  });
}

/** At each full stop that a blank follows, but for those within names and code. */
function sentencesOf(text: string): string[] {
  const kept: string[] = [];
  const hidden = text.replace(/\*\*[^*]+\*\*|`[^`]+`|<[^>]+>/g, (token) => `\uE000${kept.push(token) - 1}\uE000`);
  return hidden
    .replace(/\s+/g, ' ')
    .split(/(?<=\.) /)
    .map((sentence) => sentence.trim().replace(/\uE000(\d+)\uE000/g, (_, index) => kept[Number(index)] ?? ''))
    .filter((sentence) => sentence !== '');
}

/** Back to Markdown, in the one spelling that sentences are read in. */
function write(node: PhrasingContent): string {
  switch (node.type) {
    case 'text':
      return node.value;
    case 'inlineCode':
      return `\`${node.value}\``;
    case 'strong':
      return `**${node.children.map(write).join('').replaceAll('`', '')}**`;
    case 'link':
      return `<${node.url}>`;
    case 'break':
      return ' ';
    default:
      return 'children' in node ? node.children.map(write).join('') : '';
  }
}
