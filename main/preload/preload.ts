import { contextBridge, ipcRenderer } from 'electron';
import { eventChannel, isChannel, isEventName } from '../ipc/channels.ts';
import type { Bridge } from '../ipc/contract.ts';

/** Only these two functions cross into a window: no ipcRenderer, no event object, no Node global. */
const bridge: Bridge = {
  request(channel, input) {
    if (!isChannel(channel)) throw new Error('unknown channel');
    return ipcRenderer.invoke(channel, input);
  },
  subscribe(event, listener) {
    if (!isEventName(event)) throw new Error('unknown event');
    const name = eventChannel(event);
    const forward = (_: unknown, payload: Parameters<typeof listener>[0]) => listener(payload);
    ipcRenderer.on(name, forward);
    return () => {
      ipcRenderer.removeListener(name, forward);
    };
  },
};

contextBridge.exposeInMainWorld('api', bridge);
