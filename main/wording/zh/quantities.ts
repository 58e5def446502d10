import { formatOf } from '../format.ts';

export const format = formatOf({
  locale: 'zh-CN',
  bytes: (n) => `${n} 字节`,
  seconds: (n) => `${n} 秒`,
  minutes: (n) => `${n} 分钟`,
  hours: (n) => `${n} 小时`,
  days: (n) => `${integers.format(n)} 天`,
  justNow: '刚刚',
  ago: (span) => `${span}前`,
  today: '今天',
  yesterday: '昨天',
  dateAndTime: (date, time) => `${date} ${time}`,
  percent: (n) => `${n}%`,
  gap: '',
  label: (name) => `${name}：`,
});

const integers = new Intl.NumberFormat('zh-CN');

export const count = {
  messages: (n: number) => `${integers.format(n)} 条消息`,
  conversations: (n: number) => `${integers.format(n)} 个对话`,
  minutes: (n: number) => `${integers.format(n)} 分钟`,
  files: (n: number) => `${integers.format(n)} 个对话文件`,
  others: (n: number) => `另外 ${integers.format(n)} 个`,
  agents: (n: number) => `${integers.format(n)} 个智能体`,
};
