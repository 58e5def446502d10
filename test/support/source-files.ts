import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const projectDir = path.resolve(import.meta.dirname, '..', '..');

export interface SourceFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface ModuleImport {
  readonly from: string;
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Project path of a relative import; the package's name (`node:fs`, `@scope/name`) of any other. */
  readonly target: string;
  readonly isRelative: boolean;
  /** The import vanishes when types are stripped. */
  readonly isTypeOnly: boolean;
}

/** All source files below these folders (or these files themselves), fixtures left out. */
export function readSources(...roots: readonly string[]): readonly SourceFile[] {
  const patterns = roots.flatMap((root) => [root, `${root}/**/*`]);
  const paths = new Set(globSync(patterns, { cwd: projectDir }).map((file) => file.split(path.sep).join('/')));
  return [...paths]
    .filter((file) => /\.(ts|tsx|js|c|h|css|html)$/.test(file) && !file.startsWith('test/fixtures/'))
    .toSorted()
    .map((file) => ({ path: file, text: readFileSync(path.join(projectDir, file), 'utf8') }));
}

/** `import … from`, `export … from`, `import '…'` and `import('…')`; the scan reads the statement's head to tell types from values. */
const importPattern = /^[ \t]*(import|export)\b([^;'"`]*?)\bfrom\s*'([^']+)'|^[ \t]*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm;

export function importsOf(file: SourceFile): readonly ModuleImport[] {
  return [...file.text.matchAll(importPattern)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5] ?? '';
    const isRelative = specifier.startsWith('.');
    return {
      from: file.path,
      line: file.text.slice(0, match.index).split('\n').length,
      specifier,
      target: isRelative ? path.posix.join(path.posix.dirname(file.path), specifier) : packageName(specifier),
      isRelative,
      isTypeOnly: match[3] !== undefined && bindsOnlyTypes(match[2] ?? ''),
    };
  });
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const [scope = '', name = ''] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}

/** `type { A }`, or braces in which every name has its own `type`. */
function bindsOnlyTypes(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (names === undefined) return false;
  const bindings = names.split(',').map((name) => name.trim());
  return bindings.filter((name) => name !== '').every((name) => name.startsWith('type '));
}
