import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DemoTurn } from '../../main/demo/conversations.ts';
import { tryEditIndex } from '../../main/demo/session-index.ts';
import { assistantLines, openingLines, userLines } from '../../main/demo/transcript-line.ts';

/** What people talk about with an agent: a name, and how such a conversation begins. */
const subjects: readonly { readonly name: string; readonly first: DemoTurn }[] = [
  {
    name: 'Tax return, receipts',
    first: {
      user: 'Sort the receipts of this quarter by what they are for.',
      assistant: 'Done: travel 14, material 22, telephone 3. Two have no date; I put them first.',
    },
  },
  {
    name: 'Bicycle repair',
    first: {
      user: 'The rear brake squeals after the rain.',
      assistant: 'Clean the rim, roughen the pads a little, and set them slightly toe-in.',
    },
  },
  {
    name: '读书笔记：红楼梦',
    first: { user: '帮我整理第三回的人物。', assistant: '第三回出场的有林黛玉、贾母、王熙凤、贾宝玉等。我按出场次序列了一张表。' },
  },
  {
    name: 'Choir rehearsal plan',
    first: {
      user: 'Six rehearsals until the concert. Plan them.',
      assistant: 'Two for notes, two for words and breath, one with the piano, one on stage.',
    },
  },
  {
    name: 'Moving house checklist',
    first: {
      user: 'What do I cancel first?',
      assistant: 'The lease, then electricity and internet. I added the periods of notice and a letter for each.',
    },
  },
  {
    name: 'Bread with less salt',
    first: {
      user: 'How far down can I go?',
      assistant: 'To 1.2 % of the flour it still holds its shape. Below that, give it a longer cold rise.',
    },
  },
  {
    name: 'Letter to the landlord',
    first: {
      user: 'Friendly, but the window must be repaired.',
      assistant: 'Here is a draft of six lines. It names the room, the date and what you expect.',
    },
  },
  {
    name: 'Star map for August',
    first: {
      user: 'What can the children see at ten?',
      assistant: 'Vega, Deneb and Altair high in the south, and the first Perseids after eleven.',
    },
  },
  {
    name: '周末家庭聚餐',
    first: { user: '八个人，两个不吃辣，帮我定菜单。', assistant: '我定了六道热菜、两道凉菜，其中辣的两道单独上，旁边各有一道不辣的。' },
  },
  {
    name: 'Rename the photo archive',
    first: { user: 'By date and place, please.', assistant: '4,112 files renamed. 87 have no place; they are in a folder of their own.' },
  },
  {
    name: 'Garden fence, quantities',
    first: {
      user: 'Eleven metres, posts every two.',
      assistant: 'Six posts, five panels of two metres and one cut to a metre, twelve brackets, six ground anchors.',
    },
  },
  {
    name: 'First aid for the hike',
    first: {
      user: 'For nine people and two days.',
      assistant: 'Plasters in three sizes, two triangular bandages, a rescue blanket, tick tweezers, and what you take yourselves.',
    },
  },
];

/** How it goes on, from none to all of these. */
const furtherTurns: readonly DemoTurn[] = [
  { user: 'Shorter, please.', assistant: 'Here it is in three lines; what I left out is in the notes below.' },
  { user: 'And a list of what is still open?', assistant: 'Two things: a date, and who does the second part. I marked both.' },
  { user: 'Send it to me as a file.', assistant: 'It is in your workspace, with today in its name.' },
  { user: '谢谢，就这样。', assistant: '好的，需要时我们再继续。' },
];

const dayMs = 86_400_000;
const stepMs = 40_000;

export interface Past {
  readonly conversations: number;
  /** Of them, those that the index of OpenClaw does not name any more. */
  readonly unlisted: number;
  /** Each ended so long before the one after it. */
  readonly spacingMs: number;
}

/** Writes what was said on the days before: the same conversations in every run, the newest of them a day before `now`. */
export function writePast(stateDir: string, { conversations, unlisted, spacingMs }: Past, now: number): void {
  const directory = path.join(stateDir, 'agents', 'main', 'sessions');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const listed: Record<string, Readonly<Record<string, unknown>>> = {};
  for (let i = 0; i < conversations; i += 1) {
    const subject = subjects[i % subjects.length];
    if (subject === undefined) throw new Error('there is nothing to talk about');
    const turns = [subject.first, ...furtherTurns.slice(0, (i * 3) % (furtherTurns.length + 1))];
    const sessionId = `d3400000-4c1a-4b6e-8f00-${i.toString(16).padStart(12, '0')}`;
    const endedAt = now - dayMs - i * spacingMs;
    let { text, tail } = openingLines(sessionId, path.join(stateDir, 'workspace'), endedAt - turns.length * 2 * stepMs);
    for (const [position, turn] of turns.entries()) {
      const at = endedAt - (turns.length - 1 - position) * 2 * stepMs;
      for (const lines of [() => userLines(tail, 'Mika', turn, at - stepMs), () => assistantLines(tail, turn, at)]) {
        const written = lines();
        text += written.text;
        tail = written.tail;
      }
    }
    const file = path.join(directory, `${sessionId}.jsonl`);
    writeFileSync(file, text, { mode: 0o600 });
    utimesSync(file, endedAt / 1000, endedAt / 1000);
    if (i < conversations - unlisted)
      listed[`agent:main:webchat:direct:past-${i}`] = { sessionId, updatedAt: endedAt, displayName: subject.name };
  }
  if (!tryEditIndex(directory, now, (index) => ({ ...listed, ...index }))) throw new Error(`${directory}: the index is locked`);
}
