import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OpenMenu } from '../../../main/app/open-menu.ts';

const onFree = vi.fn();
let menu: OpenMenu;

beforeEach(() => {
  vi.useFakeTimers();
  onFree.mockClear();
  menu = new OpenMenu(onFree);
});
afterEach(() => {
  vi.useRealTimers();
});

test('a menu that tells when it opens and closes is open in between, whatever its submenus do', () => {
  menu.opened();
  menu.submenuShown();
  vi.advanceTimersByTime(3_600_000);
  expect(menu.isOpen).toBe(true);
  menu.over();
  expect(menu.isOpen).toBe(false);
  expect(onFree).toHaveBeenCalledOnce();
});

test('one that tells only of its submenus is held until something is chosen', () => {
  menu.submenuShown();
  expect(menu.isOpen).toBe(true);
  menu.over();
  expect(menu.isOpen).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(onFree).toHaveBeenCalledOnce();
});

test('or for half a minute after the last of them was shown', () => {
  menu.submenuShown();
  vi.advanceTimersByTime(20_000);
  menu.submenuShown();
  vi.advanceTimersByTime(29_999);
  expect(menu.isOpen).toBe(true);
  vi.advanceTimersByTime(1);
  expect(menu.isOpen).toBe(false);
  expect(onFree).toHaveBeenCalledOnce();
});

test('what was chosen in a menu that nobody knew to be open frees nothing', () => {
  menu.over();
  expect(onFree).not.toHaveBeenCalled();
});
