import type { RendererApi, Settings } from '../../main/ipc/contract.ts';

type Setting = Settings['sources'][number];

/** The list with one entry added or replaced. */
export function withSource(sources: readonly Setting[], setting: Setting): readonly Setting[] {
  return [...sources.filter((source) => source.root !== setting.root), setting];
}

/** Asks for a folder and protects it; does nothing when the person cancels. */
export async function addSource(api: RendererApi): Promise<void> {
  const root = await api.request('dialog.addSource', {});
  if (root === null) return;
  const settings = await api.request('settings.get', {});
  await api.request('settings.set', { sources: withSource(settings.sources, { root, enabled: true }) });
}
