import { expect, it } from 'vitest';
import { displayTextIn } from '../../support/display-text.ts';

const window = (text: string) => displayTextIn({ path: 'window.tsx', text });
const menu = (text: string) => displayTextIn({ path: 'menu.ts', text });

it.each([
  ['text between tags', 'const a = <p>Nothing found</p>;', 'Nothing found'],
  ['a string in braces', "const a = <p>{busy ? 'Busy' : name}</p>;", 'Busy'],
  ['a template in braces', `const a = <p>{\`Saved \${n} times\`}</p>;`, 'Saved … times'],
  ['an attribute that is read out', 'const a = <input aria-label="Search" />;', 'Search'],
  ['an attribute in braces', "const a = <input placeholder={'Search'} />;", 'Search'],
  ['text of another script', 'const a = <p>没有找到</p>;', '没有找到'],
])('finds %s in a window', (_what, text, found) => {
  expect(window(text)).toEqual([`window.tsx:1 ${found}`]);
});

it.each([
  ['what words say', 'const a = <p title={words.title}>{words.recovery.loading}</p>;'],
  ['signs', "const a = <p>{open ? '◆' : '▲'} · </p>;"],
  ['classes and values', "const a = <input class={on ? 'row on' : 'row'} type=\"search\" name='notify' />;"],
  ['a comparison', "const a = <p>{kind === 'other' && words.other}</p>;"],
])('takes %s for no text', (_what, text) => {
  expect(window(text)).toEqual([]);
});

it('finds what a menu, a dialog or a tooltip would say', () => {
  expect(menu("const a = [{ label: 'Quit' }, { title: on ? 'On' : off }];")).toEqual(['menu.ts:1 Quit', 'menu.ts:1 On']);
  expect(menu("tray.setToolTip('Protected');\ndialog.showErrorBox('Sorry', message);")).toEqual(['menu.ts:1 Protected', 'menu.ts:2 Sorry']);
  expect(menu("log.log('info', 'started', { code: 'Label' }); const a = { role: 'appMenu', label: 'Clawback' };")).toEqual([]);
});
