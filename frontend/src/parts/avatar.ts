// What a person's picture is made of: always the same for the same person, and nothing anybody uploads.

export interface Picture {
  /** which of the theme's colours */
  colour: number
  /** the shade drawn over it: a circle, in a square of 36 */
  shade: { x: number; y: number; radius: number }
  initials: string
}

const COLOURS = 8

export function picture(id: string, name: string): Picture {
  const bits = hash(id)
  return {
    colour: bits % COLOURS,
    shade: { x: (bits >>> 3) % 37, y: (bits >>> 9) % 37, radius: 10 + ((bits >>> 15) % 14) },
    initials: initials(name),
  }
}

/** Of the first and the last word of a name, whatever its letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const ends = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words
  return ends.map((word) => [...word][0]!.toLocaleUpperCase()).join('')
}

/** FNV-1a, 32 bits, and stirred so that every bit depends on all. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
