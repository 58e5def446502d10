/** The entry of a table for a code that comes from elsewhere; `undefined` for one that the table does not know. */
export function byCode<T>(table: Readonly<Record<string, T>>, code: unknown): T | undefined {
  return typeof code === 'string' && Object.hasOwn(table, code) ? table[code] : undefined;
}
