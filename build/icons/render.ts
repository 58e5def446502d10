import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain } from '../project.ts';
import { appIcon, type GlyphName, glyphs } from './glyphs.ts';
import { encodePng } from './png.ts';
import type { Shape } from './shape.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Painted in order, each over the ones before. */
interface Layer {
  readonly shape: Shape;
  readonly colour: Colour;
  readonly opacity: number;
}

const black: Colour = [0, 0, 0];
const units = 16;

/**
 * Draws every icon of the app into `directory` and returns the names: `tray-<mood>Template.png` with `@2x` for macOS,
 * `tray-<mood>.png` with `@2x` for Linux, `app-icon-<size>.png`. Anti-aliased from the distance to the outline, so that no
 * image library is needed and the same source gives the same bytes everywhere.
 */
export function renderIcons(directory: string): readonly string[] {
  mkdirSync(directory, { recursive: true });
  const written: string[] = [];
  const write = (name: string, size: number, layers: readonly Layer[]) => {
    writeFileSync(path.join(directory, name), paint(size, layers));
    written.push(name);
  };
  for (const mood of Object.keys(glyphs) as GlyphName[]) {
    const shape = glyphs[mood];
    const template: readonly Layer[] = [{ shape, colour: black, opacity: 1 }];
    write(`tray-${mood}Template.png`, 16, template);
    write(`tray-${mood}Template@2x.png`, 32, template);
    // A Linux panel may be light or dark and says nothing about it: this grey has a contrast of 3 to 1 with either.
    const grey: readonly Layer[] = [{ shape, colour: [122, 131, 138], opacity: 1 }];
    write(`tray-${mood}.png`, 22, grey);
    write(`tray-${mood}@2x.png`, 44, grey);
  }
  const icon: readonly Layer[] = [
    { shape: appIcon.ground, colour: [11, 110, 117], opacity: 1 },
    { shape: appIcon.mark, colour: [255, 255, 255], opacity: 1 },
  ];
  for (const size of [32, 64, 128, 256, 512, 1024]) write(`app-icon-${size}.png`, size, icon);
  return written;
}

function paint(size: number, layers: readonly Layer[]): Buffer {
  const rgba = new Uint8Array(size * size * 4);
  const unit = units / size;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      rgba.set(pixel((column + 0.5) * unit, (row + 0.5) * unit, unit, layers), (row * size + column) * 4);
    }
  }
  return encodePng({ width: size, height: size, rgba });
}

function pixel(x: number, y: number, unit: number, layers: readonly Layer[]): readonly [number, number, number, number] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const { shape, colour, opacity } of layers) {
    const over = Math.min(1, Math.max(0, 0.5 - shape(x, y) / unit)) * opacity;
    if (over === 0) continue;
    const under = alpha * (1 - over);
    alpha = over + under;
    red = (colour[0] * over + red * under) / alpha;
    green = (colour[1] * over + green * under) / alpha;
    blue = (colour[2] * over + blue * under) / alpha;
  }
  return [Math.round(red), Math.round(green), Math.round(blue), Math.round(alpha * 255)];
}

if (isMain(import.meta.url)) {
  const directory = process.argv[2] ?? path.join(import.meta.dirname, '../../dist/icons');
  for (const name of renderIcons(directory)) console.log(path.join(directory, name));
}
