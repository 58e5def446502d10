import { describe, expect, it } from 'vitest';
import { announcementCopy } from '../../../main/app/notification-copy.ts';
import { trayMenu, trayTooltip } from '../../../main/app/tray-menu.ts';
import { en } from '../../../main/wording/en/index.ts';
import { incidentCopy } from '../../../main/wording/incident-copy.ts';
import { planChangeText } from '../../../main/wording/restore-copy.ts';
import { messageMarks, witnessState } from '../../../main/wording/witness-copy.ts';
import { zh } from '../../../main/wording/zh/index.ts';
import { incident, noon, status } from '../app/incident.ts';
import { incidentKinds } from './incident-kinds.ts';

const at = (hour: number, minute = 0): number => new Date(2026, 10, 22, hour, minute).getTime();
const now = at(21);

describe('incidents in Chinese', () => {
  it.each(incidentKinds)('are whole sentences for %s', (kind) => {
    const copy = incidentCopy(zh, incident('a', { kind }), now);
    expect(copy.title).not.toMatch(/[。.]$/);
    for (const text of [copy.summary, copy.safe, copy.next, copy.notification.body]) {
      expect(text).toMatch(/。$/);
      expect(text).not.toMatch(/undefined|NaN|。。|[.,;]/);
    }
  });

  it('tell when the messages were there and since when they are gone', () => {
    const lost = incident('a', { kind: 'deleted', evidence: { since: at(14, 7), lastOnDiskAt: at(14, 5) } });
    expect(incidentCopy(zh, lost, now).summary).toBe(
      '14:05 时还在磁盘上的 41 条消息，自 14:07 起消失：文件被删除，OpenClaw 没有保留归档。',
    );
  });

  it('tell of what was never saved, and what to do, without a gap between the sentences', () => {
    const evidence = { unpersisted: 41, firstAt: at(19, 37), lastAt: at(20, 51), resetAt: at(19, 30), reason: 'disk-full' };
    const copy = incidentCopy(zh, incident('a', { kind: 'reset-without-successor', evidence }), now);
    expect(copy.summary).toBe('OpenClaw 于 19:30 开始了新会话，却从未将其写入磁盘。19:37 至 20:51 的 41 条消息从未被 OpenClaw 保存。');
    expect(copy.next).toBe('请腾出磁盘空间。“恢复”会把对话连同这些消息一起放回，不覆盖任何现有内容。');
  });
});

it('the menu and its tooltip speak Chinese', () => {
  const view = {
    status: status({ openIncidents: 1 }),
    incidents: [{ id: 'a', title: '标题', restorable: true, messages: 41, openedAt: noon - 720_000 }],
    notificationsAvailable: true,
  };
  expect(trayTooltip(zh, view, noon)).toBe('Clawback · 1 项需要处理 · 保护中，4 个对话，2 秒前保存');
  const labels = trayMenu(zh, view, noon).flatMap((item) => (item.is === 'separator' ? [] : [item.label]));
  expect(labels.slice(1)).toEqual([
    '标题 · 41 条消息 · 12 分钟前',
    '立即检查',
    '暂停一小时',
    '恢复窗口…',
    '偏好设置…',
    '关于 Clawback',
    '退出 Clawback',
  ]);
});

it('a notification of many speaks Chinese', () => {
  const copy = announcementCopy(zh, { is: 'group', incidents: [incident('a'), incident('b')] }, noon, 'darwin');
  expect(`${copy.title} ${copy.body}`).toBe(
    '2 个对话需要处理 同时发生了多件事。其中 2 个对话的 82 条消息仅存于此，安全无虞。请打开 Clawback 查看。',
  );
});

it('witnesses, marks and changes speak Chinese', () => {
  expect(witnessState(zh, { kind: 'gateway-stream', state: 'listening', lastMessageAt: now - 3000 }, now)).toBe('监听中，3 秒前有消息');
  expect(witnessState(zh, { kind: 'gateway-stream', state: 'listening', lastMessageAt: now }, now)).toBe('监听中，刚刚有消息');
  expect(messageMarks(zh, { persisted: false, provenance: 'gateway-stream', interrupted: true })).toEqual([
    '从未被 OpenClaw 保存，来自实时消息',
    '被中断',
  ]);
  expect(planChangeText(zh, 'duplicate-dropped:3')).toBe('重复的消息只保留一份（3 处）');
});

describe('quantities in Chinese', () => {
  const { format } = zh;

  it.each([
    [format.bytes(512), '512 字节'],
    [format.bytes(1_100_000_000), '1.1 GB'],
    [format.ago(0), '刚刚'],
    [format.ago(120_000), '2 分钟前'],
    [format.ago(72 * 3_600_000), '3 天前'],
    [format.seconds(250), '0.25 秒'],
    [format.time(at(14, 5), now), '14:05'],
    [format.time(new Date(2026, 10, 21, 4, 5).getTime(), now), '11月21日 04:05'],
    [format.time(new Date(2025, 11, 31, 14, 5).getTime(), now), '2025年12月31日 14:05'],
    [format.dayAndClock(at(14, 5), now), '今天 14:05'],
    [format.day(at(-9), now), '昨天'],
    [format.day(new Date(2026, 10, 13).getTime(), now), '2026年11月13日星期五'],
    [format.percent(1, 3), '33%'],
    [zh.count.messages(1284), '1,284 条消息'],
  ])('%s is written so', (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe('problems in Chinese', () => {
  it('have words of their own by their code', () => {
    const told = { code: 'index-locked', message: "OpenClaw's index of sessions is locked by another process.", hint: 'Try again.' };
    expect(zh.problems.error(told)).toEqual({ message: 'OpenClaw 的对话列表正被另一个程序锁定。', hint: '请稍后再试。' });
    expect(en.problems.error(told)).toEqual({ message: told.message, hint: told.hint });
  });

  it('stand apart when they come in English', () => {
    expect(zh.format.sentences(['Something new.', 'Try again.', undefined, '没有丢失任何内容。', '请稍后再试。'])).toBe(
      'Something new. Try again. 没有丢失任何内容。请稍后再试。',
    );
  });

  it('mean something else of a witness than of a restore', () => {
    const told = { code: 'not-permitted', message: 'no', hint: '' };
    expect(zh.problems.error(told).message).toMatch(/写入/);
    expect(zh.problems.witness(told).message).toMatch(/读取/);
  });

  it('are told as they came when nobody knows them', () => {
    expect(zh.problems.error({ code: 'new', message: 'Something new.' })).toEqual({ message: 'Something new.', hint: '' });
    expect(zh.problems.error({ code: 'ENOSPC', message: 'ENOSPC: no space left' }).message).toBe('系统报告错误 ENOSPC。');
  });
});

it('in English a window says nothing of commands', () => {
  const told = { code: 'nothing-to-restore', message: 'The recording holds no message to restore.', hint: 'Choose … with --generation.' };
  expect(en.problems.error(told).hint).toBe('Choose another version of this conversation.');
});
