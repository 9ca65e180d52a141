import { call, get } from '@/api/client'
import type { AuditEntry, AuditNames, AuditPage } from '@/api/types'
import { find, t } from '@/messages'

export interface Filter {
  person: string
  app: string
  did: string
}

const chosen = (filter: Filter): object =>
  Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, value || undefined]))

export const loadAudit = (filter: Filter, before?: string): Promise<AuditPage> =>
  get<AuditPage>('/api/organisation/audit', { ...chosen(filter), before })

export const loadNames = (): Promise<AuditNames> => get<AuditNames>('/api/organisation/audit/names')

/** Of a table; who wants older ones filters, or asks the API. */
const MOST_ROWS = 5_000

export const loadTable = (filter: Filter): Promise<Blob> =>
  call<Blob>('GET', '/api/organisation/audit', { query: { ...chosen(filter), limit: MOST_ROWS, format: 'csv' }, file: true })

/** What was done, in words: people and app by the names they had then. */
export function told(entry: AuditEntry): string {
  const facts = { device: t('audit.someDevice'), ...present(entry.facts), whom: entry.whom_name, app: entry.app_name }
  return find(`audit.did.${variant(entry)}`, facts) ?? entry.did
}

/** Some deeds are told in other words by what is known of them. */
function variant({ did, facts }: AuditEntry): string {
  if (did === 'log_in_failed' && facts.why === 'second-factor-wrong') return 'code_failed'
  if (did === 'registered' && facts.standing === 'pending') return 'registered_waits'
  if (did === 'registered' && facts.link) return 'registered_by_link'
  if (did === 'token_issued' && facts.overlap !== undefined) return 'token_rotated'
  if (did === 'retention_changed' && !facts.days) return 'retention_ended'
  return did
}

const present = (facts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''))
