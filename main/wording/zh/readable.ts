import type { Messages } from '../catalogue.ts';

export const readable: Messages['readable'] = {
  roles: { user: '用户', assistant: '助手', tool: '工具', toolResult: '工具', system: '系统' },
  facts: { agent: '智能体', session: '会话', key: '键', lastMessage: '最后一条消息', onlyHere: '仅存于 Clawback 的记录中' },
  ofTheMessages: (messages) => `其中 ${messages} 条消息`,
  continues: (sessionId) => `OpenClaw 在此重置了聊天，之前的内容在会话 ${sessionId} 中。`,
  continuedBy: (sessionId) => `OpenClaw 在此重置了聊天，之后的内容在会话 ${sessionId} 中。`,
  hoursLater: (hours) => `${hours} 小时后`,
  daysLater: (days) => `${days} 天后`,
  notOnDisk: '仅存于 Clawback 的记录中，磁盘上的文件都没有这条消息。',
  neverSaved: {
    'recorder-plugin': 'OpenClaw 从未保存，由记录插件看到。',
    'acp-store': 'OpenClaw 从未保存，由 ACP 运行程序留存。',
    trajectory: 'OpenClaw 从未保存，见于此次运行的轨迹文件。',
    'pending-input': 'OpenClaw 从未保存，但曾接受这条消息。',
    'gateway-stream': 'OpenClaw 从未保存，从实时消息中听到。',
  },
  cutOff: '这条回复中断了。',
  crashed: (at, { noticed = false, abrupt = false }) => {
    const what = `OpenClaw 在此${abrupt ? '异常' : ''}结束，当时一轮对话尚未完成`;
    return noticed ? `${what} · 发现于 ${at}` : `${at} · ${what}`;
  },
  gaps: {
    unheld: '此处有内容缺失：不在任何文件中，也没有被记录到',
    unreadable: '此处有内容缺失：文件中有一行无法读取',
    unheard: '此处的提问缺失：OpenClaw 没有保存，也没有被记录到',
  },
  resets: {
    new: '由命令重置：智能体从此处重新开始，不再知道之前的内容',
    reset: '已重置：智能体从此处重新开始，不再知道之前的内容',
    idle: '因长时间未使用而重置：智能体从此处重新开始，不再知道之前的内容',
  },
  characters: (characters) => `${characters} 个字符`,
};
