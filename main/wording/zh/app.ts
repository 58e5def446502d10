import type { Messages } from '../catalogue.ts';
import { count, format } from './quantities.ts';

export const tray: Messages['tray'] = {
  notificationsOff: '无法显示通知，请留意此菜单',
  more: (incidents) => `还有 ${format.number(incidents)} 项…`,
  liveHeading: '进行中的对话',
  hiddenTitle: (agent) => `与 ${agent} 的对话`,
  saved: (elapsedMs) => `${format.ago(elapsedMs)}保存`,
  notSavedYet: (bytes) => `${format.bytes(bytes)} 尚未保存`,
  recovery: '恢复窗口…',
  about: '关于 Clawback',
  check: '立即检查',
  pause: '暂停一小时',
  resume: '继续保护',
  preferences: '偏好设置…',
  quit: '退出 Clawback',
  restore: '恢复…',
  show: '显示',
  dismiss: '忽略',
  tooltip: (line) => `Clawback · ${line}`,
  protected: (conversations, saved) => ['保护中', count.conversations(conversations), saved].filter((part) => part !== '').join('，'),
  incidentsWait: (incidents) => `${format.number(incidents)} 项需要处理`,
  notificationsOffShort: '无法显示通知',
};

export const menu: Messages['menu'] = {
  about: '关于 Clawback',
  services: '服务',
  hide: '隐藏 Clawback',
  hideOthers: '隐藏其他',
  showAll: '全部显示',
  quit: '退出 Clawback',
  edit: '编辑',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '拷贝',
  paste: '粘贴',
  selectAll: '全选',
  window: '窗口',
  minimize: '最小化',
  close: '关闭',
};

export const notifications: Messages['notifications'] = {
  restore: '恢复…',
  resetsTitle: (resets) => `OpenClaw 开始了 ${format.number(resets)} 个新会话`,
  resetsBody: '均属正常重置，没有任何丢失，无需处理。',
  groupTitle: (incidents) => `${count.conversations(incidents)}需要处理`,
  groupBody: (messages, conversations) =>
    `同时发生了多件事。${conversations === 0 ? '' : `其中 ${count.conversations(conversations)}的 ${count.messages(messages)}仅存于此，安全无虞。`}请打开 Clawback 查看。`,
};

export const windows: Messages['windows'] = {
  recovery: 'Clawback',
  preferences: 'Clawback 偏好设置',
};

export const dialogs: Messages['dialogs'] = {
  couldNotStart: 'Clawback 无法启动',
  saveConversation: '存储对话',
  save: '存储',
  addSource: '选择 OpenClaw 存放数据的文件夹',
  protect: '保护',
  moveBuffer: '为 Clawback 的存储选择一个空文件夹',
  choose: '选择',
  quitWhileLive: (conversations) => `${count.conversations(conversations)}正在进行`,
  quitWhileLiveBody: () => '退出 Clawback 后，新消息将不受保护。',
  quit: '退出',
  keepProtecting: '继续保护',
  about: (version) => `Clawback ${version}`,
  ok: '好',
};

export const tagline: Messages['tagline'] = 'OpenClaw 对话的飞行记录仪';
