/** Where a window stood, in the screen's points, and whether it filled the screen. */
export interface WindowPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Enough of the title bar to take hold of. */
const graspWidth = 120;
const graspHeight = 40;

/**
 * Where to open a window that stood at `place`. A screen that is not there any more, or is smaller now, must not hide it: then
 * it keeps its size as far as there is room, and the system chooses the place. `areas`: of all screens without docks and bars.
 */
export function placeOn(
  place: WindowPlace,
  areas: readonly Area[],
): { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number } {
  const home = areas.find((area) => overlaps(place, area));
  const [first] = areas;
  const room = home ?? first ?? place;
  const size = { width: Math.min(place.width, room.width), height: Math.min(place.height, room.height) };
  return home === undefined ? size : { x: place.x, y: place.y, ...size };
}

/** The top edge is within reach. */
function overlaps(place: WindowPlace, area: Area): boolean {
  const visible = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
  const isBelowTop = place.y >= area.y - 1;
  return visible >= graspWidth && isBelowTop && place.y + graspHeight <= area.y + area.height;
}
