import type { Messages } from '../catalogue.ts';
import { count, format } from './quantities.ts';

export const conversation: Messages['conversation'] = {
  more: '更多操作',
  exportAs: {
    markdown: '导出为 Markdown…',
    html: '导出为网页…',
    jsonl: '导出为 JSON Lines…',
  },
  exportHint: 'JSON Lines：与 OpenClaw 写入的内容逐字节相同。',
  copyPrompt: '复制“从这里继续”提示',
  copied: (messages, truncated) => `已复制${truncated ? '最后 ' : ' '}${count.messages(messages)}，粘贴到新聊天即可从这里继续。`,
  showInFolder: '在文件夹中显示',
  revealInFinder: '在“访达”中显示',
  notOnDisk: 'OpenClaw 中已没有此对话的文件。',
  versions: {
    label: '文件版本',
    all: '所有版本合为一个对话',
    allShort: (versions) => `${format.number(versions)} 个版本`,
    from: (time) => `始于 ${time}`,
    current: '现在磁盘上',
    ended: {
      truncated: '被截断',
      rewritten: '被重写',
      replaced: '被替换',
      deleted: '被删除',
      reset: '重置时归档',
      deleteArchive: '删除时归档',
      backup: '留作备份',
      archived: '已归档',
    },
  },
  began: {
    truncated: (time) => `${time} · 文件被截断，从这里继续`,
    rewritten: (time) => `${time} · 文件被重写，从这里继续`,
    replaced: (time) => `${time} · 被另一个文件取代`,
    deleted: (time) => `${time} · 文件被删除，新文件从这里开始`,
    reset: (time) => `${time} · 已重置：旧文件归档，新文件从这里开始`,
    deleteArchive: (time) => `${time} · 对话被删除：旧文件归档，新文件从这里开始`,
    backup: (time) => `${time} · 旧文件留作备份，新文件从这里开始`,
    archived: (time) => `${time} · 旧文件归档，新文件从这里开始`,
  },
  brokenOff: '回复在此中断',
  continues: '查看重置之前的对话',
  continuedBy: '已重置：查看后续对话',
  forget: '忘记此对话…',
};

export const forgetting: Messages['forgetting'] = {
  title: '忘记此对话？',
  erasedLabel: '抹掉',
  erased: (messages, onlyHere) =>
    `Clawback 为它保存的全部内容：${count.messages(messages)}。${onlyHere === 0 ? '' : `其中 ${format.number(onlyHere)} 条仅存于此，抹掉后无法找回。`}`,
  staysLabel: '保留',
  stays: 'OpenClaw 自己在磁盘上的文件，以及你已恢复或导出的副本。',
  fromNowOnLabel: '从此以后',
  fromNowOn: 'Clawback 不再记录此对话。',
  setAside: (buffers, bytes) =>
    `同时移除因损坏而移到一旁的 ${format.number(buffers)} 份存储（${format.bytes(bytes)}）。其中可能有此对话，也可能有别处都没有的内容。`,
  setAsideLeft: (buffers) => `因损坏而移到一旁的 ${format.number(buffers)} 份存储中可能仍有此对话。`,
  cancel: '取消',
  apply: '忘记',
  applying: '正在抹掉…',
  done: '已忘记',
  doneBody: (messages, bytes) => `已抹掉 ${count.messages(messages)}（${format.bytes(bytes)}）。`,
  stillOnDisk: 'OpenClaw 仍有它的文件，Clawback 从此不再读取。',
  close: '关闭',
};
