import type { Messages } from '../catalogue.ts';
import { format } from './quantities.ts';

export const preferences: Messages['preferences'] = {
  title: '偏好设置',
  flush: '保存间隔',
  flushHelp: (intervalMs) => `新内容会在 ${format.seconds(intervalMs)}内妥善保存。只有在这段时间内写入又被销毁的内容才可能丢失。`,
  notify: '通知我',
  notifyAll: '丢失或面临风险的对话',
  notifyLoss: '仅丢失的对话',
  notifyOff: '不通知，只在菜单中显示',
  notifyUnavailable: '系统目前无法显示通知，请留意菜单栏中的菜单。',
  start: '启动',
  openAtLogin: '登录时打开 Clawback',
  loginApproval: '请在系统设置的“登录项”中允许。',
  loginUnsupported: '此系统不支持。',
  language: '语言',
  languageSystem: '跟随系统',
  sources: '保护对象',
  noSources: '还没有找到 OpenClaw。',
  addSource: '添加文件夹…',
  notProtected: '未保护',
  witnesses: '这些对话的其他记录来源',
  recorderOff: '未安装。它能记录对话双方的消息，Clawback 没有运行时也可以。请在终端中运行：',
  setAside: (path) => `无法读取设置文件，现使用默认设置。原文件已保留为 ${path}。`,
  home: '存储位置',
};
