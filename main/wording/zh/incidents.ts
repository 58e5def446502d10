import type { Messages } from '../catalogue.ts';
import { count, format } from './quantities.ts';

type Gone = Parameters<Messages['incidents']['truncated']['summary']>[0];

const gone = ({ messages, since, onDiskAt }: Gone): string =>
  `${onDiskAt === undefined ? '原本' : `${onDiskAt} 时还`}在磁盘上的 ${count.messages(messages)}，自 ${since} 起消失`;

const safe = '已安全保存在 Clawback 中。';
const beside = '“恢复”会把对话作为新会话放回，不覆盖任何现有内容。';

export const incidents: Messages['incidents'] = {
  notification: (agent, summary, whatIsSafe) => `${agent === undefined ? '' : `智能体 ${agent}：`}${summary}${whatIsSafe}`,
  safeHere: () => safe,
  onlyCopyHere: '已安全保存在 Clawback 中，这是唯一的副本。',
  restoreBeside: beside,

  notSaved: {
    title: '有对话没有被保存',
    summary: (resetAt, lastTurnAt) =>
      `OpenClaw 于 ${resetAt} 开始了新会话。此后对话仍在继续${lastTurnAt === undefined ? '' : `（最近一次在 ${lastTurnAt}）`}，但 OpenClaw 没有将任何内容写入磁盘。`,
    safe: (messages) =>
      messages > 0 ? `此前的 ${count.messages(messages)}现仅存于此，安全无虞。` : '新会话之前的内容都是安全的，此后的内容从未写入磁盘。',
    next: '请检查 OpenClaw 能否写入会话文件夹，并在关闭聊天窗口前拷贝所需内容。',
  },
  truncated: {
    title: (messages) => `对话被截去 ${count.messages(messages)}`,
    summary: (lost) => `${gone(lost)}：文件被截短了。`,
  },
  overwritten: {
    title: (messages) => `${count.messages(messages)}被覆盖`,
    summary: (lost) => `${gone(lost)}：文件被重写，其中不再有这些消息。`,
  },
  deleted: {
    title: (messages) => `含 ${count.messages(messages)}的对话被删除`,
    summary: (lost) => `${gone(lost)}：文件被删除，OpenClaw 没有保留归档。`,
  },
  rowsRemoved: {
    title: (messages) => `对话中的 ${count.messages(messages)}被移除`,
    summary: (lost) => `${gone(lost)}：OpenClaw 压缩了此对话，没有保留这些消息的副本。`,
  },
  rowsDeleted: {
    title: (messages) => `含 ${count.messages(messages)}的对话被删除`,
    summary: (lost) => `${gone(lost)}：这些消息已从 OpenClaw 的数据库中取出，没有保留归档。`,
  },
  setAside: {
    title: 'OpenClaw 搁置了一个损坏的数据库',
    summary: (since, conversations, messages, bytes) =>
      `自 ${since} 起，该智能体改用空数据库：${count.conversations(conversations)}、${count.messages(messages)}（${format.bytes(bytes)}）已不在 OpenClaw 会查看的任何位置。`,
    next: '可以将它们全部以原来的名称恢复，也可以只恢复所需的对话；不覆盖任何内容。请保留被搁置的文件。',
  },
  leftBehind: {
    title: (conversations) => `升级后有 ${count.conversations(conversations)}没有转入`,
    summary: (since, conversations, of, messages) =>
      `OpenClaw 于 ${since} 将对话转入数据库，${format.number(of)} 个对话中缺少 ${format.number(conversations)} 个，共 ${count.messages(messages)}。`,
    next: '请将它们恢复：每个都会以原来的名称回来，不改动已有内容。',
  },
  databaseDamaged: {
    title: 'OpenClaw 的数据库已损坏',
    summary: (since) => `自 ${since} 起，存放对话的数据库有部分内容无法读取。`,
    next: 'OpenClaw 可能拒绝启动，而它自带的修复会从空数据库开始。此前捕获的内容都可以从这里恢复。',
  },
  archivesRemoved: {
    title: (conversations) => `${count.conversations(conversations)}的归档被移除`,
    summary: (since, conversations, messages, bytes) =>
      `自 ${since} 起，OpenClaw 或清理程序移除了 ${count.conversations(conversations)}的归档，共 ${count.messages(messages)}（${format.bytes(bytes)}）。`,
    next: '无需任何操作。你可以将其中任何一个恢复为新会话，或存储为文件。',
  },
  massLoss: {
    title: (conversations) => `${count.conversations(conversations)}同时丢失消息`,
    summary: (since, conversations, messages, bytes) =>
      `自 ${since} 起，${count.conversations(conversations)}的 ${count.messages(messages)}（${format.bytes(bytes)}）从磁盘上消失。`,
    next: '请回想当时做过什么操作，再恢复所需的对话：每个都会成为新会话，不覆盖任何内容。',
  },
  indexLost: {
    title: 'OpenClaw 的对话列表已损坏',
    keysVanished: (conversations, since) => `自 ${since} 起，OpenClaw 的对话列表中少了 ${count.conversations(conversations)}。`,
    missing: (since) => `自 ${since} 起，OpenClaw 的对话列表缺失。`,
    unreadable: (since) => `自 ${since} 起，OpenClaw 的对话列表无法读取。`,
    safe: '对话本身仍在磁盘上，也已保存在 Clawback 中。',
    next: 'OpenClaw 可能不再显示这些对话。“恢复”会把对话作为新会话放回，不覆盖任何内容。',
  },
  wipePending: {
    title: 'OpenClaw 即将清空一个对话',
    summary: (seenAt, reason) => `${seenAt} 发现${reason}。收到下一条消息时，OpenClaw 会直接清空这样的文件，不留副本。`,
    reasons: {
      'no-header': '对话文件缺少文件头',
      'no-reply': '对话文件中还没有回复',
      empty: '对话文件是空的',
    },
    otherReason: '对话文件不符合 OpenClaw 的要求',
    safe: (messages) =>
      messages === 0 ? '已捕获的内容安全保存在 Clawback 中。' : `其中的 ${count.messages(messages)}已保存在 Clawback 中。`,
    next: '请不要在此对话中发送消息。“恢复”会将其完整复制为新会话。',
  },
  unreadable: {
    title: 'Clawback 无法读取对话文件夹',
    whole: (since) => `自 ${since} 起，对话所在的文件夹无法读取。`,
    some: (files, since) => `自 ${since} 起，${count.files(files)}无法读取。`,
    safe: '此前捕获的内容都是安全的，但现在写入的内容没有被保存。',
    next: '请授予当前用户读取权限，或连接文件夹所在的磁盘。Clawback 会自动继续。',
  },
  unknownFormat: {
    title: 'Clawback 尚不支持的格式',
    summary: (since) => `自 ${since} 起，OpenClaw 写入的文件采用了此版本 Clawback 尚不支持的格式。`,
    safe: '这些文件仍会逐字节保存，但可能无法显示或搜索。',
    next: '请更新 Clawback。',
  },
  mirrorDamaged: {
    title: 'Clawback 的存储曾经损坏',
    summary: (at) => `${at}，Clawback 的部分存储无法读取，已移到一旁，没有删除。`,
    safe: '仍在 OpenClaw 磁盘上的内容正在重新保存，仅存于此的内容可能有缺失。',
    next: '请保留被移到一旁的文件，并检查磁盘的健康状况。',
  },
  reset: {
    title: 'OpenClaw 开始了新会话',
    titleUnexplained: 'OpenClaw 开始了新会话，原因不明',
    safe: '没有丢失任何内容。',
    next: '无需任何操作。“恢复”会把之前的对话恢复为单独的会话。',
    acp: (at) => `OpenClaw 于 ${at} 开始了新会话。此会话通过 ACP 进行，OpenClaw 不写会话记录。`,
    unexplained: (at) => `OpenClaw 于 ${at} 开始了新会话，没有说明原因。`,
    explained: (at, cause) => `OpenClaw 于 ${at} 开始了新会话（${cause}）。`,
    before: (messages) => (messages === 0 ? '此前的内容是安全的。' : `此前的 ${count.messages(messages)}是安全的。`),
    causes: {
      command: '由你或客户端发起',
      daily: '每日重置',
      idle: '长时间空闲',
    },
    idleFor: (minutes) => `空闲超过 ${minutes < 120 ? count.minutes(minutes) : format.span(minutes * 60_000)}`,
  },
  resolutions: {
    restored: '已恢复',
    dismissed: '已忽略',
    'self-healed': '已自行复原',
    expected: '正常重置',
  },
};
