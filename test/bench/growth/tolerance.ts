/** A figure is flat if it grows by at most this share. */
const tolerance = 0.15;

export const grewTooMuch = (from: number, to: number) => to > from * (1 + tolerance);

/** The growth as signed per cent; a dash if there was nothing, or less than in the background. */
export function grownBy(from: number, to: number): string {
  if (from <= 0) return '–';
  const percent = Math.round((to / from - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}
