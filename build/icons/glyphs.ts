import { disc, grown, line, polygon, ring, roundedSquare, type Shape, sector, union, without } from './shape.ts';

/**
 * The mark: a ring that turns back (what was lost is fetched) around a dot (a recorder that runs). Drawn on 16 x 16 units.
 * Every mood changes the outline, not the colour: a template image has none, and many people cannot tell colours apart.
 */
export type GlyphName = 'protecting' | 'needs-you' | 'degraded' | 'paused';

const stroke = 1.6;
const radius = 5.9;

/** Open at the upper left, where the arrow head points against the clock. */
const arrow = union(without(ring(8, 8, radius, stroke), sector(8, 8, 283, 338)), polygon([2.3, 4.1], [4.5, 0.4], [6.5, 4.8]));

const dot = disc(8, 8.1, 2.2);

const badge = union(line(13.2, 1.6, 13.2, 5.2, 2), disc(13.2, 8.2, 1.15));
const bars = union(line(6.4, 5.9, 6.4, 10.1, 1.6), line(9.6, 5.9, 9.6, 10.1, 1.6));
const slash = line(2.2, 14, 13.8, 2, 1.7);

export const glyphs: Readonly<Record<GlyphName, Shape>> = {
  protecting: union(arrow, dot),
  'needs-you': union(without(union(arrow, dot), grown(badge, 1.3)), badge),
  degraded: union(without(arrow, grown(slash, 1.2)), slash),
  paused: union(arrow, bars),
};

/** Ground and mark of the app's own icon, on 16 x 16 units. */
export const appIcon = { ground: roundedSquare(8, 8, 7.2, 3.3), mark: scaled(glyphs.protecting, 0.64) };

function scaled(shape: Shape, factor: number): Shape {
  return (x, y) => shape((x - 8) / factor + 8, (y - 8) / factor + 8) * factor;
}
