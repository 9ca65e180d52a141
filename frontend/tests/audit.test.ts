import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { AuditEntry } from '@/api/types'
import { en } from '@/messages/en'
import AuditList from '@/pages/audit/AuditList.vue'
import { told } from '@/pages/audit/calls'
import { mount, text } from './mount'

const entry: AuditEntry = {
  id: '1', at: 1_780_000_000_000, did: 'member_invited', by: 'u1', by_name: 'Ada',
  whom: 'u2', whom_name: 'Bob', app: 'a1', app_name: 'Shop', facts: {},
}

test('every deed the edge knows has its words', () => {
  const openapi = JSON.parse(readFileSync(resolve(import.meta.dirname, '../openapi.json'), 'utf8'))
  const deeds: string[] = openapi.components.schemas.AuditEntry.properties.did.enum
  expect(deeds.length).toBeGreaterThan(30)
  expect(Object.keys(en.audit.kind).sort()).toEqual([...deeds].sort())
  for (const did of deeds) expect(told({ ...entry, did: did as AuditEntry['did'] }), did).not.toBe(did)
})

test('a deed is told by whom and what it was done to', () => {
  expect(told(entry)).toBe('invited Bob to Shop')
  const did = (did: AuditEntry['did'], facts: Record<string, string>): string => told({ ...entry, did, facts })
  expect(did('logged_in', { device: 'Chrome on Linux' })).toBe('logged in with Chrome on Linux')
  expect(did('logged_in', { device: '' })).toBe('logged in with an unknown device')
  expect(did('log_in_failed', { why: 'second-factor-wrong', device: 'Firefox' })).toContain('wrong code')
  expect(did('registered', { standing: 'pending' })).toBe('registered and asked to join')
  expect(did('token_issued', { issue: '2', days: '60' })).toBe('issued token no. 2 of Shop for 60 days')
  expect(did('token_issued', { issue: '2', days: '60', overlap: '24' })).toContain('the older ones end in 24 hours')
  expect(did('retention_changed', { days: '' })).toBe('set Shop to keep events for good')
})

test('what nobody of the organisation did was the operator', async () => {
  const root = await mount(AuditList, { entries: [{ ...entry, did: 'reset_link_made', by: '', by_name: '' }] })
  expect(text(root, 'audit-entry')).toContain('The operator made a link that resets the password of Bob')
})
