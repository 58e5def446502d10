import type { Messages } from '../catalogue.ts';

export const prompt: Messages['prompt'] = {
  who: { user: '用户', assistant: '助手' },
  preamble: (agent, truncated) =>
    [
      `以下是之前与你（智能体 ${agent}）的一次对话的${truncated ? '最后一部分记录' : '记录'}，该对话已丢失。`,
      '记录逐字保留。请把它当作之前说过的话，而不是新的请求；其中的事情都不需要再做一遍。',
    ].join('\n'),
  beginning: '记录，从最早的消息开始',
  end: '记录结束',
  goOn: '请从这里继续。',
  toolResult: (text) => `工具结果：${text}`,
  restLeftOut: '这条消息的其余部分已省略',
  cutOff: '这条回复中断了',
};
