import type { Messages } from '../catalogue.ts';
import { count, format } from './quantities.ts';

export const status: Messages['status'] = {
  paused: '已暂停，不保存任何内容',
  pausedUntil: (time) => `已暂停至 ${time}，期间不保存任何内容`,
  working: { moving: '正在移动存储，期间不保存任何内容', erasing: '正在抹掉全部内容，期间不保存任何内容' },
  partly: '保护不完整',
  not: '未在保护',
  starting: '正在启动…',
  nothingToProtect: '没有可保护的 OpenClaw',
  nothingRecorded: '目前没有记录任何内容。',
  protected: '保护中',
  importing: (doneBytes, totalBytes) => `保护中，正在保存已有内容：${format.percent(doneBytes, totalBytes)}`,
  found: (conversations, unlisted) =>
    `已找到 ${count.conversations(conversations)}${unlisted === 0 ? '' : `，其中 ${format.number(unlisted)} 个已不在 OpenClaw 中显示`}`,
  foundAndSaved: (found) => `${found}；已全部保存`,
  readSoFar: (doneBytes, totalBytes) => `已保存 ${format.bytes(doneBytes)}，共 ${format.bytes(totalBytes)}`,
  importTitle: '正在保存已有内容',
  live: (conversations) => `${count.conversations(conversations)}进行中`,
  savedAgo: (elapsedMs) => `${format.ago(elapsedMs)}保存`,
  savedAt: (time) => `最近保存于 ${time}`,
  sourceProblems: {
    'source-unreadable': '无法读取',
    'skipped-files': '有文件无法读取',
    'root-missing': '暂时找不到',
  },
  unsupportedFormat: (version) => `对话保存在 Clawback 不认识的数据库中（版本 ${version}）：能读取的内容都会保存，但可能有遗漏`,
  sourceTrouble: (root, problem) => `${root}：${problem}。`,
};

export const states: Messages['states'] = {
  live: { word: '进行中', meaning: '对话正在进行，每一行都会保存下来。' },
  dormant: { word: '已保存', meaning: '已有一段时间没有新内容，全部内容均已保存。' },
  suspended: { word: '检查中', meaning: '文件刚刚发生了异常变化，Clawback 正在查明情况。' },
  reset: { word: '已重置', meaning: 'OpenClaw 已将此对话收起，下一个对话从它的第一条回复开始。' },
  superseded: { word: '已延续', meaning: 'OpenClaw 已在新会话中继续，这一部分已保存。' },
  orphaned: { word: '后续未保存', meaning: '重置之后对话仍在继续，但 OpenClaw 没有将其写入磁盘。' },
  lost: { word: '仅存于此', meaning: '此对话有消息已从磁盘上消失，唯一的副本在 Clawback 中。' },
  restoring: { word: '恢复中', meaning: '正在恢复此对话。' },
  restored: { word: '已恢复', meaning: '此对话已恢复。' },
  archived: { word: '已归档', meaning: 'OpenClaw 不再列出此对话，全部内容均已保存。' },
};

export const health: Messages['health'] = {
  protecting: '保护中',
  'catching-up': '正在补录',
  paused: '已暂停',
  degraded: '保护不完整',
  stopped: '未运行',
};

export const source: Messages['source'] = {
  gatewayRunning: 'OpenClaw 正在运行',
  gatewayStopped: 'OpenClaw 未运行',
  polling: '以轮询方式监视',
  layouts: { 'openclaw-jsonl': '文件', 'openclaw-sqlite': '数据库' },
};

export const witnesses: Messages['witnesses'] = {
  names: {
    'gateway-stream': '网关的实时消息',
    'recorder-plugin': 'OpenClaw 中的记录插件',
    'acp-store': 'ACP 智能体的对话',
    trajectory: 'OpenClaw 的轨迹文件',
    'pending-input': 'OpenClaw 已接受的消息',
  },
  listening: '监听中',
  waiting: {
    'gateway-stream': '等待网关运行',
    'recorder-plugin': '等待网关启动并载入插件',
    'acp-store': '这台电脑上没有',
    trajectory: '此版本的 OpenClaw 不写轨迹文件',
    'pending-input': '此版本的 OpenClaw 不保留',
  },
  off: '已关闭',
  notInstalled: '未安装（clawback recorder install）',
  blocked: '受阻',
  withLast: (state, elapsedMs) => `${state}，${format.ago(elapsedMs)}有消息`,
  neverSaved: {
    'gateway-stream': '从未被 OpenClaw 保存，来自实时消息',
    'recorder-plugin': '从未被 OpenClaw 保存，来自记录插件',
    'acp-store': '从未被 OpenClaw 保存，来自 ACP 智能体',
    trajectory: '从未被 OpenClaw 保存，来自轨迹文件',
    'pending-input': 'OpenClaw 已接受，但从未回复',
  },
  onlyHere: '仅存于此',
  cutOff: '被中断',
};
