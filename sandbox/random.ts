/** Numbers in [0, 1) that depend on the seed and the key only: person n can be made without the others before. */
export function createRandom(seed: number, ...key: readonly (string | number)[]): () => number {
  let state = seed >>> 0
  for (const part of key.join('|')) {
    state = Math.imul(state ^ (part.codePointAt(0) ?? 0), 0x01000193)
    state = (state ^ (state >>> 15)) >>> 0
  }
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296
  }
}

export const pick = <T>(random: () => number, choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(random() * choices.length)] ?? choices[0]
export const between = (random: () => number, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))
