// A refusal of the edge (RFC 9457), or the lack of any answer, as one exception that the pages show.

export interface FieldProblem {
  field: string
  detail: string
}

export class Problem extends Error {
  constructor(
    /** The stable name at the end of `type`: `wrong-credentials`; `offline` where no answer came. */
    readonly slug: string,
    readonly status: number,
    readonly detail: string,
    readonly fields: FieldProblem[] = [],
    /** Seconds to wait before the next try, where the edge says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail || slug)
    this.name = 'Problem'
  }

  /** What is wrong with one field, by its path. */
  of(field: string): string | undefined {
    return this.fields.find((item) => item.field === field)?.detail
  }
}

export const OFFLINE = new Problem('offline', 0, '')

/** Read a refusal; a body that is no problem document still gives one. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get('retry-after')) || null
  try {
    const body = (await response.json()) as { type?: string; detail?: string; title?: string; errors?: FieldProblem[] }
    const slug = body.type?.split('/').pop() || 'internal-error'
    return new Problem(slug, response.status, body.detail || body.title || '', body.errors ?? [], retryAfter)
  } catch {
    return new Problem('internal-error', response.status, '', [], retryAfter)
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : OFFLINE
}
