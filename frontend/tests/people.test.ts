import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { nextTick } from 'vue'
import type { User } from '@/api/types'
import Avatar from '@/parts/Avatar.vue'
import PersonRow from '@/parts/PersonRow.vue'
import { initials, picture } from '@/parts/avatar'
import { mount } from './mount'

const bob: User = {
  id: '6b06965297965483d2d0f095', email: 'bob@shop.example', name: 'Bob Øst', organisation: 'shop.example',
  role: 'member', standing: 'active', position: 'Design', created_at: 0,
}

test('a person has the same picture whenever it is drawn, and people differ', () => {
  expect(picture(bob.id, bob.name)).toEqual(picture(bob.id, bob.name))
  const ids = Array.from({ length: 200 }, (_, index) => `6b06965297965483d2d0${index.toString(16).padStart(4, '0')}`)
  const pictures = ids.map((id) => picture(id, ''))
  expect(new Set(pictures.map((one) => one.colour))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]))
  expect(new Set(pictures.map((one) => JSON.stringify(one))).size).toBeGreaterThan(190)
})

test('initials are of the first and last word, in any script', () => {
  expect(['Ada', 'ada  lovelace', 'Jean-Luc van der Berg', '张伟', '  ', '🦊 Fox'].map(initials)).toEqual(['A', 'AL', 'JB', '张', '', '🦊F'])
})

test('initials can be read on every colour, shaded or not', () => {
  const theme = readFileSync(resolve(import.meta.dirname, '../src/theme/theme.css'), 'utf8')
  const colours = [...theme.matchAll(/--avatar-\d: #(\w{6});/g)].map((match) => match[1]!)
  expect(colours).toHaveLength(8)
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  // The shade is black: it only makes them darker.
  for (const colour of colours) expect(1.05 / (luminance(colour) + 0.05), colour).toBeGreaterThan(4.5)
})

test('an avatar says who is here, where that is known', async () => {
  const dot = async (online?: boolean): Promise<string | undefined> => {
    const root = await mount(Avatar, { id: bob.id, name: bob.name, online })
    expect(root.querySelector('text')!.textContent).toBe('BØ')
    return root.querySelector('.dot')?.textContent?.trim()
  }
  expect([await dot(true), await dot(false), await dot()]).toEqual(['Here now', 'Not here', undefined])
})

test('who waits is neither here nor away', async () => {
  const root = await mount(PersonRow, { id: bob.id, name: bob.name, detail: bob.email })
  expect(root.querySelector('.dot')).toBeNull()
})

test('what cannot be taken back is asked about once more', async () => {
  const chosen: string[] = []
  const root = await mount(PersonRow, {
    id: bob.id, name: bob.name, detail: bob.email, onChoose: (deed: string) => chosen.push(deed),
    choices: [{ name: 'remove', label: 'Remove', question: 'Remove Bob Øst?' }],
  })
  const click = async (testid: string): Promise<void> => {
    root.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!.click()
    await nextTick()
  }
  await click('person-remove')
  expect(root.textContent).toContain('Remove Bob Øst?')
  expect(chosen).toEqual([])
  await click('person-confirm')
  expect(chosen).toEqual(['remove'])
  expect(root.querySelector('[data-testid="person-confirm"]')).toBeNull()
})

test('who waits is let in without a second question', async () => {
  const chosen: string[] = []
  const root = await mount(PersonRow, {
    id: bob.id, name: bob.name, detail: bob.email, onChoose: (deed: string) => chosen.push(deed),
    choices: [{ name: 'approve', label: 'Let in', primary: true }],
  })
  root.querySelector<HTMLElement>('[data-testid="person-approve"]')!.click()
  expect(chosen).toEqual(['approve'])
})
