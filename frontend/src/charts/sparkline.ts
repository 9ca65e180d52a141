// The path of a number that changes now and then, drawn as steps: it holds until it is told anew.

export interface Told {
  at: number
  value: number
}

export interface Sparkline {
  line: string
  area: string
  most: number
}

/** In a box of width 100 and height 100, from `from` to `to`; what was told before `from` counts from there on. */
export function sparkline(told: Told[], from: number, to: number): Sparkline {
  const before = told.findLast((point) => point.at <= from)
  const shown = told.filter((point) => point.at > from && point.at <= to)
  if (before) shown.unshift({ at: from, value: before.value })
  const most = Math.max(1, ...shown.map((point) => point.value))
  if (!shown[0]) return { line: '', area: '', most }
  const x = (at: number): string => (((at - from) / (to - from)) * 100).toFixed(2)
  const y = (value: number): string => (100 - (value / most) * 92).toFixed(2)
  let line = `M${x(shown[0].at)},${y(shown[0].value)}`
  for (const point of shown.slice(1)) line += `H${x(point.at)}V${y(point.value)}`
  line += 'H100'
  return { line, area: `${line}V100H${x(shown[0].at)}Z`, most }
}
