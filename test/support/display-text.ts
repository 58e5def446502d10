import { parseAst } from 'vite';
import type { SourceFile } from './source-files.ts';

/**
 * Text for people that stands in the code instead of the catalogue, as `path:line text`. The rule, for letters of any script:
 *
 * - what stands between tags, also as a string in braces between them;
 * - the attributes that are shown or read out (`shownAttributes`);
 * - the properties of menus, windows, dialogs and notifications (`shownProperties`), and what is handed to `shownBy`.
 *
 * The product's own name is the same everywhere.
 */
export function displayTextIn(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const report = (node: Node | undefined, text: string) => {
    if (!/\p{L}/u.test(text) || text.trim() === 'Clawback') return;
    const line = file.text.slice(0, node?.start ?? 0).split('\n').length;
    found.push(`${file.path}:${line} ${text.trim()}`);
  };
  walk(parseAst(file.text, { lang: file.path.endsWith('.tsx') ? 'tsx' : 'ts' }), (node) => {
    switch (node.type) {
      case 'JSXText':
        return report(node, String(node.value));
      case 'JSXElement':
      case 'JSXFragment':
        for (const child of children(node.children)) {
          if (child.type === 'JSXExpressionContainer') for (const text of stringsShown(child.expression)) report(text.node, text.text);
        }
        return;
      case 'JSXAttribute':
        if (shownAttributes.has(String(part(node.name)?.name))) for (const text of stringsShown(node.value)) report(text.node, text.text);
        return;
      case 'Property':
        if (shownProperties.has(keyOf(node))) for (const text of stringsShown(node.value)) report(text.node, text.text);
        return;
      case 'CallExpression':
        if (shownBy.has(String(part(part(node.callee)?.property)?.name))) {
          for (const argument of children(node.arguments)) for (const text of stringsShown(argument)) report(text.node, text.text);
        }
        return;
    }
  });
  return found;
}

const shownAttributes = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'label',
  'placeholder',
  'title',
]);
const shownProperties = new Set(['body', 'buttonLabel', 'buttons', 'detail', 'label', 'sublabel', 'subtitle', 'title', 'toolTip']);
const shownBy = new Set(['setTitle', 'setToolTip', 'showErrorBox', 'alert', 'confirm']);

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [name: string]: unknown;
}

interface Shown {
  readonly node: Node;
  readonly text: string;
}

/** Strings that an expression can come to: of a choice both, of a template what is written out, of a list each. */
function stringsShown(value: unknown): readonly Shown[] {
  const node = part(value);
  if (node === undefined) return [];
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [{ node, text: node.value }] : [];
    case 'TemplateLiteral':
      return [{ node, text: children(node.quasis).map(rawText).join('…') }, ...children(node.expressions).flatMap(stringsShown)];
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
      return stringsShown(node.expression);
    case 'ConditionalExpression':
      return [...stringsShown(node.consequent), ...stringsShown(node.alternate)];
    case 'LogicalExpression':
    case 'BinaryExpression':
      // A comparison yields no string.
      return /^(?:\|\||&&|\?\?|\+)$/.test(String(node.operator)) ? [...stringsShown(node.left), ...stringsShown(node.right)] : [];
    case 'ArrayExpression':
      return children(node.elements).flatMap(stringsShown);
    default:
      return [];
  }
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  const node = part(value);
  if (node === undefined) return;
  visit(node);
  for (const inner of Object.values(node)) if (typeof inner === 'object' && inner !== null) walk(inner, visit);
}

const part = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' ? (value as Node) : undefined;
const children = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.flatMap((item) => part(item) ?? []) : []);
const rawText = (quasi: Node): string => String((quasi.value as { readonly raw: string }).raw);

function keyOf(property: Node): string {
  const key = part(property.key);
  return String(key?.name ?? key?.value);
}
