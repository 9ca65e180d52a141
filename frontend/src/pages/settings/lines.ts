// Short lists that are typed as lines of a text field.
import type { Problem } from '@/api/problem'

/** Each once, without the space around it and without empty lines. */
export const linesOf = (typed: string): string[] => [...new Set(typed.split('\n').map((line) => line.trim()).filter(Boolean))]

/** What is wrong with a line, with the line itself: the field shows all of them at once. */
export function lineProblem(problem: Problem | null, field: string, typed: string): string | undefined {
  const found = problem?.fields.find((one) => one.field === field || one.field.startsWith(`${field}[`))
  if (!found) return undefined
  const place = /\[(\d+)\]$/.exec(found.field)
  const line = place ? linesOf(typed)[Number(place[1])] : undefined
  return line === undefined ? found.detail : `${line}: ${found.detail}`
}
