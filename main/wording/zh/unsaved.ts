import type { Messages } from '../catalogue.ts';
import { count, format } from './quantities.ts';

type Said = Parameters<Messages['unsaved']['summary']>[0];

/** `19:37 至 20:51 的 41 条消息`. */
const said = ({ messages, from, to }: Said): string => `${to === undefined ? from : `${from} 至 ${to}`} 的 ${count.messages(messages)}`;

export const unsaved: Messages['unsaved'] = {
  title: (messages) => `${count.messages(messages)}从未被 OpenClaw 保存`,
  summary: (what) => `${said(what)}从未被 OpenClaw 保存。`,
  safe: () => '已安全保存在 Clawback 中。',
  missing: (turns) => `其中 ${turns} 轮对话里，你自己的消息没有被记录到；安装记录插件后，下次就能保留。`,
  next: () => '“恢复”会把对话连同这些消息一起放回，不覆盖任何现有内容。',
  reset: {
    summary: (resetAt) => `OpenClaw 于 ${resetAt} 开始了新会话，却从未将其写入磁盘。`,
    before: (messages) => `新会话之前的 ${count.messages(messages)}同样安全，它们现仅存于此。`,
  },
  acp: {
    title: 'OpenClaw 不保存的对话',
    summary: (what) => `OpenClaw 不保存交给 ACP 智能体的对话，而 Clawback 会保存：${said(what)}已安全保存在此。`,
    safe: 'Clawback 会继续保存此对话。',
    next: '无需任何操作。“恢复”会将其作为新会话放回，成为普通对话。',
  },
  acpRefused: {
    title: 'OpenClaw 拒收且没有保留的消息',
    summary: (what) => `OpenClaw 未能将 ${said(what)}交给 ACP 智能体，只留下了自己的错误信息。`,
    next: '请重新发送到一个存在的会话，或将其恢复为新会话。',
  },
  blocked: {
    title: 'OpenClaw 无法写入一个对话',
    locked: (since, forMs) => `对话文件自 ${since} 起被锁定（已 ${format.span(forMs)}），超过了任何一轮对话所需的时间。`,
    safe: '目前已写入的内容都已保存。解锁之前，新消息可能无法写入。',
    next: '重新启动 OpenClaw 网关即可解锁。',
  },
  reasons: {
    'read-only-file': '对话文件无法写入。',
    'no-directory': '对话所在的文件夹不见了。',
    'directory-read-only': '对话所在的文件夹无法写入。',
    'disk-full': '磁盘已满。',
    'lock-of-dead-process': '一个已退出的进程仍锁着该文件。',
  },
  cures: {
    'read-only-file': '请让 OpenClaw 所用的用户能够写入该文件。',
    'no-directory': '请重新启动 OpenClaw 网关，让它重新创建文件夹。',
    'directory-read-only': '请让 OpenClaw 所用的用户能够写入该文件夹，再重新启动网关。',
    'disk-full': '请腾出磁盘空间。',
    'lock-of-dead-process': '请重新启动 OpenClaw 网关，它会解除锁定。',
  },
  cutOff: {
    title: '一条回复被中断',
    endedAt: (at) => `OpenClaw 于 ${at} 在回复途中退出。`,
    noticedAt: (at) => `OpenClaw 在回复途中退出（于 ${at} 发现）。`,
    notSaved: '当时已生成的内容没有被 OpenClaw 保存。',
    safe: (messages) => `已收到的部分${messages === 1 ? '' : `（共 ${count.messages(messages)}）`}安全保存在 Clawback 中。`,
    next: 'OpenClaw 运行后可以再问一次，或将对话连同这部分内容恢复为新会话。',
    safeOnDisk: '当时已在磁盘上的内容是安全的，回复的其余部分从未写入。',
    nextOnDisk: 'OpenClaw 运行后再问一次即可，无需恢复。',
  },
  stuck: {
    title: 'ACP 智能体没有回应',
    summary: (waiting, since) =>
      `自 ${since} 起，${waiting === 0 ? '它收到的消息' : count.messages(waiting)}一直没有得到答复。OpenClaw 认为该智能体仍在运行，但它可能已经退出。`,
    safe: 'Clawback 看到的内容已安全保存，OpenClaw 自己不会保留。',
    next: '请重新启动 OpenClaw 网关，或与该智能体开始新会话。',
  },
};
