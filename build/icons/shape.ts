/** A shape as its signed distance: negative inside. Coordinates are in the unit of the drawing, y goes down. */
export type Shape = (x: number, y: number) => number;

export const disc =
  (cx: number, cy: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) - radius;

export const ring =
  (cx: number, cy: number, radius: number, stroke: number): Shape =>
  (x, y) =>
    Math.abs(Math.hypot(x - cx, y - cy) - radius) - stroke / 2;

/** A line with round ends. */
export const line =
  (ax: number, ay: number, bx: number, by: number, stroke: number): Shape =>
  (x, y) => {
    const dx = bx - ax;
    const dy = by - ay;
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    return Math.hypot(x - ax - along * dx, y - ay - along * dy) - stroke / 2;
  };

export const roundedSquare =
  (cx: number, cy: number, half: number, radius: number): Shape =>
  (x, y) => {
    const dx = Math.abs(x - cx) - half + radius;
    const dy = Math.abs(y - cy) - half + radius;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
  };

/** Convex, corners in clockwise order as seen on the screen. */
export const polygon =
  (...corners: readonly (readonly [number, number])[]): Shape =>
  (x, y) =>
    Math.max(
      ...corners.map(([ax, ay], i) => {
        const [bx, by] = corners[(i + 1) % corners.length] ?? [ax, ay];
        return ((by - ay) * (x - ax) - (bx - ax) * (y - ay)) / Math.hypot(bx - ax, by - ay);
      }),
    );

/** The part of the plane between two directions around a centre, in degrees clockwise from the top. */
export const sector =
  (cx: number, cy: number, from: number, to: number): Shape =>
  (x, y) => {
    const angle = ((Math.atan2(x - cx, cy - y) * 180) / Math.PI + 360) % 360;
    const outside = Math.min(turn(angle - to), turn(from - angle));
    const distance = (Math.min(outside, 90) * Math.PI * Math.hypot(x - cx, y - cy)) / 180;
    const inside = angle >= from && angle <= to;
    return inside ? (-Math.min(angle - from, to - angle) * Math.PI * Math.hypot(x - cx, y - cy)) / 180 : distance;
  };

export const union =
  (...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    Math.min(...shapes.map((shape) => shape(x, y)));

export const without =
  (shape: Shape, hole: Shape): Shape =>
  (x, y) =>
    Math.max(shape(x, y), -hole(x, y));

export const grown =
  (shape: Shape, by: number): Shape =>
  (x, y) =>
    shape(x, y) - by;

const turn = (angle: number): number => ((angle % 360) + 360) % 360;
